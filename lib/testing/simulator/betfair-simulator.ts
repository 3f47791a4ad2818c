import { setMaxListeners } from 'node:events';
import { systemClock, type Clock } from '../../common/clock.js';
import { SimulatedAccount } from './accounts/simulated-account.js';
import { SimulatedAccounts } from './accounts/simulated-accounts.js';
import { CANNED_ANSWERS } from './api/api.answers.js';
import type { AnswerHandler } from './api/answer.table.js';
import { SimulatedApi, type CallPredicate } from './api/simulated-api.js';
import {
  clientCertificate,
  serverCertificate,
  type ServerCertificate,
} from './http/certificates.js';
import { deliver } from './http/delivery.js';
import { FaultQueue, type SimulatorFault, type SimulatorFaultOptions } from './http/faults.js';
import { answerIdentity } from './identity/identity.endpoints.js';
import { MENU } from './api/api.route.js';
import { accountAnswers } from './orders/account.answers.js';
import { marketAnswers } from './market/market.answers.js';
import { navigationMenu } from './market/navigation.menu.js';
import { OrderBook, type SimulatedOrder } from './orders/order-book.js';
import { orderAnswers } from './orders/order.answers.js';
import { SimulatedMarkets } from './market/simulated-markets.js';
import { RequestRecord } from './request.record.js';
import { html, type SimulatorReply } from './http/reply.js';
import { type ResolvedLimits, resolveLimits } from './limits.js';
import {
  endpointOf,
  type SimulatorCounts,
  type SimulatorEndpoint,
  type SimulatorRequest,
} from './http/request.js';
import { sessionOptions, type SimulatorSessionOptions } from './session-options.js';
import type { BetfairSimulatorOptions } from './simulator-options.js';
import { SimulatorServer, type Exchange } from './http/https.server.js';
import { SimulatedStream, type SimulatorStream } from './stream/simulated-stream.js';

/** Answers a request in place of the simulator, or does not. */
type Interceptor = (exchange: Exchange) => SimulatorReply | undefined;

/**
 * Betfair on the loopback interface, for tests: the identity service (the client certificate is asked for in the TLS
 * handshake of certlogin), the APIs with a small market, in Betfair's own words, and the Stream API of that market. It
 * takes every form of request that Betfair is known to take, from any client, and refuses mistakes in Betfair's words;
 * `docs/simulator.md` has the list, and says what is not simulated. Your client's own HTTP requests are in
 * {@link requests}; messages to the Stream API are not recorded.
 *
 * ```ts
 * await using betfair = await BetfairSimulator.start();
 * const module = await Test.createTestingModule({
 *   imports: [BetfairSessionModule.forRoot(betfair.options())],
 * }).compile();
 * ```
 */
export class BetfairSimulator {
  /** HTTP requests that arrived, in order, as a live list. It grows until {@link clearRequests}. */
  readonly requests: readonly SimulatorRequest[];
  /** Certificate of the authority that signed the servers' certificate, PEM. */
  readonly ca: string;

  readonly #record: RequestRecord;
  readonly #faults = new FaultQueue();
  readonly #stopping = new AbortController();
  readonly #servers: { close(): Promise<void> }[] = [];
  readonly #stream: SimulatedStream;
  readonly #orders: OrderBook;
  readonly #api: SimulatedApi;
  #certLogin = '';
  #url = '';
  #stopped: Promise<unknown> | undefined;
  #intercept: Interceptor = () => undefined;

  private constructor(
    private readonly accounts: SimulatedAccounts,
    clock: Pick<Clock, 'wall' | 'timer'>,
    private readonly server: ServerCertificate,
    seed: number,
    limits: ResolvedLimits,
  ) {
    // Every request under way listens to it.
    setMaxListeners(0, this.#stopping.signal);
    this.#record = new RequestRecord(accounts, clock);
    this.requests = this.#record.requests;
    this.ca = server.ca;
    const markets = new SimulatedMarkets(seed, clock);
    const orders = new OrderBook(markets);
    this.#orders = orders;
    this.#stream = new SimulatedStream(accounts, clock, server, limits, { markets, orders });
    this.#api = new SimulatedApi(accounts, {
      ...CANNED_ANSWERS,
      betting: {
        ...CANNED_ANSWERS.betting,
        ...marketAnswers(markets, limits.weight),
        ...orderAnswers(markets, orders),
        [MENU]: () => navigationMenu(markets.listed),
      },
      account: { ...CANNED_ANSWERS.account, ...accountAnswers(orders) },
    });
  }

  /**
   * Starts a simulator.
   *
   * @throws BetfairConfigurationError no account, two of one name, or a limit that is none
   */
  static async start({
    accounts = [{}],
    clock = systemClock,
    seed = 1,
    limits = {},
    port = 0,
    server,
  }: BetfairSimulatorOptions = {}): Promise<BetfairSimulator> {
    const resolved = resolveLimits(limits);
    const [presented, ...clients] = await Promise.all([
      server ?? serverCertificate(),
      ...accounts.map(async (options, index) => {
        const certificate = options.certificate ?? (await clientCertificate(index + 1));
        return new SimulatedAccount(options, index, certificate);
      }),
    ]);
    const known = new SimulatedAccounts(clients, clock, resolved);
    const timed = {
      // Whole, as Betfair's times are; a position in the stream is made of one.
      wall: () => Math.floor(clock.wall()),
      timer: (callback: () => void, ms: number) =>
        clock.timer ? clock.timer(callback, ms) : systemClock.timer(callback, ms),
    };
    const simulator = new BetfairSimulator(known, timed, presented, seed, resolved);
    try {
      await simulator.#listen(port);
    } catch (error) {
      await simulator.stop();
      throw error;
    }
    return simulator;
  }

  /** Base of the API, and origin of login, keepAlive and logout: `https://127.0.0.1:<port>`. */
  get url(): string {
    return this.#url;
  }

  /** The Stream API: its address, who is connected, and how to disturb it. */
  get stream(): SimulatorStream {
    return this.#stream;
  }

  /** A snapshot of what arrived so far. */
  get counts(): SimulatorCounts {
    return this.#record.counts;
  }

  /** Orders that `placeOrders` accepted, in order. */
  get orders(): readonly SimulatedOrder[] {
    return this.#orders.orders;
  }

  /**
   * Options for a session with that account, or with the first.
   *
   * @throws BetfairConfigurationError there is no such account
   */
  options(username?: string): SimulatorSessionOptions {
    const { host, port } = this.#stream;
    const hosts = { certLogin: this.#certLogin, main: this.#url, stream: `${host}:${port}` };
    return sessionOptions(this.accounts.get(username), this.ca, hosts);
  }

  /**
   * That account, or the first; what is changed on it counts from the next request on.
   *
   * @throws BetfairConfigurationError there is no such account
   */
  account(username?: string): SimulatedAccount {
    return this.accounts.get(username);
  }

  /** Tokens of the live sessions of that account, or of the first, oldest first. */
  liveTokens(username?: string): readonly string[] {
    return this.accounts.liveTokens(this.accounts.get(username));
  }

  /** Tells whether that account, or any, was ever banned for more than 100 logins in a minute. */
  banned(username?: string): boolean {
    const accounts = username === undefined ? this.accounts.all : [this.accounts.get(username)];
    return accounts.some((account) => account.banned);
  }

  /**
   * Ends all sessions, or those of one account, as Betfair may at any time. Their stream connections are told
   * `INVALID_SESSION_INFORMATION` and closed at once, as after a logout; if a session expires, at the next message to
   * or from them.
   * When Betfair closes them is not documented: this is the simulator's choice, so that clients can be tested.
   */
  endSessions(username?: string): void {
    this.accounts.endSessions(username);
    this.#stream.check();
  }

  /** Lets the next requests to an endpoint go wrong. Faults of one endpoint wait in line. */
  fail(
    endpoint: SimulatorEndpoint,
    fault: SimulatorFault,
    options: SimulatorFaultOptions = {},
  ): void {
    this.#faults.add(endpoint, fault, options);
  }

  /** Drops the faults that still wait, of one endpoint, or of all and of the stream. */
  clearFaults(endpoint?: SimulatorEndpoint): void {
    this.#faults.clear(endpoint);
    if (endpoint === undefined) this.#stream.clearFailures();
  }

  /**
   * Sets what an API operation answers.
   *
   * @param method - such as `'SportsAPING/v1.0/listMarketBook'`, or `'listMarketBook'` for the service that has it. One
   *   without a prefix that none has is then in all of them
   * @param answer - the result, or a function that makes it; a function may be async, and may throw `SimulatedApiError`
   */
  answer(method: string, answer: AnswerHandler | object | string | number | boolean | null): void {
    this.#api.setAnswer(method, isHandler(answer) ? answer : () => answer);
  }

  /**
   * Refuses API calls with `INVALID_SESSION_INFORMATION` although their session lives and keepAlive says so.
   *
   * @returns what ends it
   */
  rejectCalls(predicate: CallPredicate): () => void {
    return this.#api.rejectCalls(predicate);
  }

  /** Forgets the recorded requests; the counts stay. */
  clearRequests(): void {
    this.#record.clear();
  }

  /** @internal Counts requests from now on and keeps none of them. */
  countOnly(): void {
    this.#record.countOnly();
  }

  /** @internal Lets somebody else answer requests to the API's host, before they are recorded. */
  intercept(interceptor: Interceptor): void {
    this.#intercept = interceptor;
  }

  /** Closes servers and connections at once. Further calls do nothing. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#stopped ??= Promise.all(this.#servers.map((server) => server.close()));
    await this.#stopped;
  }

  /** Stops it at the end of an `await using`: {@link stop}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #listen(port: number): Promise<void> {
    const ports = { main: port, certLogin: port && port + 1, stream: port && port + 2 };
    const { cert, key } = this.server;
    const main = await SimulatorServer.listen({ cert, key }, ports.main, (exchange) =>
      this.#serve('main', exchange),
    );
    this.#servers.push(main);
    const certificate = await SimulatorServer.listen(
      // Any certificate passes the handshake; whose it is, and whether there is one, is answered in HTTP.
      { cert, key, requestCert: true, rejectUnauthorized: false },
      ports.certLogin,
      (exchange) => this.#serve('certificate', exchange),
    );
    this.#servers.push(certificate);
    this.#servers.push(this.#stream);
    await this.#stream.listen(ports.stream);
    this.#url = main.url;
    this.#certLogin = certificate.url;
  }

  async #serve(host: 'certificate' | 'main', exchange: Exchange): Promise<void> {
    const intercepted = host === 'main' ? this.#intercept(exchange) : undefined;
    if (intercepted) return exchange.send(intercepted);
    const endpoint = endpointOf(host, exchange.path);
    const request = this.#record.add(endpoint, exchange);
    if (endpoint === undefined) return exchange.send(html(404, '404 Not Found'));
    if (exchange.expectsContinue) return exchange.send(html(417, '417 Expectation Failed'));
    const process = async () => {
      if (endpoint === 'api') return this.#api.answer(request);
      const reply = answerIdentity(this.accounts, endpoint, request, exchange.fingerprint);
      if (endpoint === 'logout') this.#stream.check();
      return reply;
    };
    return deliver(exchange, endpoint, this.#faults.take(endpoint), process, this.#stopping.signal);
  }
}

function isHandler(answer: unknown): answer is AnswerHandler {
  return typeof answer === 'function';
}
