import { setMaxListeners } from 'node:events';
import type { SimulatedAccounts } from './accounts/simulated-accounts.js';
import type { SimulatedApi } from './api/simulated-api.js';
import type { ServerCertificate } from './http/certificates.js';
import { deliver } from './http/delivery.js';
import { FaultQueue } from './http/faults.js';
import { type Exchange, SimulatorServer } from './http/https.server.js';
import { html, type SimulatorReply } from './http/reply.js';
import { endpointOf } from './http/request.js';
import { answerIdentity } from './identity/identity.endpoints.js';
import type { RequestRecord } from './request.record.js';
import type { SimulatedStream } from './stream/simulated-stream.js';

/** Answers a request in place of the simulator; `undefined` leaves it to the simulator. */
export type Interceptor = (exchange: Exchange) => SimulatorReply | undefined;

/** The servers of a simulator: the main host (API, login, keepAlive, logout), certificate login and the Stream API. */
export class SimulatorHosts {
  readonly faults = new FaultQueue();
  urls = { main: '', certLogin: '' };
  /** Answers requests to the main host before they are recorded. */
  intercept: Interceptor = () => undefined;
  readonly #stopping = new AbortController();
  readonly #servers: { close(): Promise<void> }[] = [];
  #stopped: Promise<unknown> | undefined;

  constructor(
    private readonly accounts: SimulatedAccounts,
    private readonly record: RequestRecord,
    private readonly services: { readonly api: SimulatedApi; readonly stream: SimulatedStream },
  ) {
    // Every open request listens to it.
    setMaxListeners(0, this.#stopping.signal);
  }

  /** Opens the servers on `port` and the two ports after it, or on any free ports for 0. */
  async listen(port: number, { cert, key }: ServerCertificate): Promise<void> {
    const ports = { main: port, certLogin: port && port + 1, stream: port && port + 2 };
    const main = await SimulatorServer.listen({ cert, key }, ports.main, (exchange) =>
      this.#serve('main', exchange),
    );
    this.#servers.push(main);
    const certificate = await SimulatorServer.listen(
      // Any certificate passes the handshake. A wrong or missing one is refused in HTTP.
      { cert, key, requestCert: true, rejectUnauthorized: false },
      ports.certLogin,
      (exchange) => this.#serve('certificate', exchange),
    );
    this.#servers.push(certificate, this.services.stream);
    await this.services.stream.listen(ports.stream);
    this.urls = { main: main.url, certLogin: certificate.url };
  }

  /** Closes servers and connections at once. Further calls wait for the same end. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#stopped ??= Promise.all(this.#servers.map((server) => server.close()));
    await this.#stopped;
  }

  async #serve(host: 'certificate' | 'main', exchange: Exchange): Promise<void> {
    const intercepted = host === 'main' ? this.intercept(exchange) : undefined;
    if (intercepted) return exchange.send(intercepted);
    const endpoint = endpointOf(host, exchange.path);
    const request = this.record.add(endpoint, exchange);
    if (endpoint === undefined) return exchange.send(html(404, '404 Not Found'));
    if (exchange.expectsContinue) return exchange.send(html(417, '417 Expectation Failed'));
    const { api, stream } = this.services;
    const process = async () => {
      if (endpoint === 'api') return api.answer(request);
      const reply = answerIdentity(this.accounts, endpoint, request, exchange.fingerprint);
      if (endpoint === 'logout') stream.check();
      return reply;
    };
    return deliver(exchange, endpoint, this.faults.take(endpoint), process, this.#stopping.signal);
  }
}
