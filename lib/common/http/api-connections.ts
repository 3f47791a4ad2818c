import type { Clock } from '../clock.js';
import { ConnectionPool } from './connection-pool.js';
import { namesProxy, proxyAgent } from './proxy.js';
import { ReadyConnection } from './ready-connection.js';
import { trusting, type CertificateAuthorities } from './trust.js';
import { buildConnector, type Client, type Dispatcher } from './undici.js';

/** Milliseconds to connect. */
const CONNECT_TIMEOUT_MS = 10_000;
/** Milliseconds without headers, or between two pieces of a body. */
const SILENCE_MS = 60_000;
/** Milliseconds that an idle connection is kept. Betfair closes it after 180 s, proxies mostly after 60. */
const IDLE_MS = { direct: 170_000, proxied: 50_000 };

/**
 * Connections to the API, which trust `ca` beside the usual authorities and go through the proxy that the environment
 * names (`HTTPS_PROXY`, `NO_PROXY`). Certificate checking is never switched off.
 *
 * @throws BetfairConfigurationError the environment names a proxy that cannot be used
 */
export class ApiConnections {
  /** Sends requests. */
  readonly dispatcher: Dispatcher;
  /** Where no proxy is in between. */
  readonly #direct: { readonly pool: ConnectionPool; readonly ready: ReadyConnection } | undefined;

  constructor(
    private readonly origin: URL,
    ca: CertificateAuthorities,
    clock: Clock,
  ) {
    const tls = { ...trusting(ca), timeout: CONNECT_TIMEOUT_MS };
    const ready = new ReadyConnection(buildConnector(tls), clock);
    const pool = (connect: NonNullable<Client.Options['connect']>, idle: number) =>
      new ConnectionPool(
        origin,
        {
          connect,
          headersTimeout: SILENCE_MS,
          bodyTimeout: SILENCE_MS,
          keepAliveTimeout: idle,
          keepAliveMaxTimeout: idle,
        },
        clock,
      );
    if (!namesProxy()) {
      this.#direct = { pool: pool(ready.connect, IDLE_MS.direct), ready };
      this.dispatcher = this.#direct.pool;
    } else {
      this.dispatcher = proxyAgent({
        connect: ready.connect,
        requestTls: tls,
        // The proxy's connector differs from the one given, and tells that a connection is not direct.
        factory: (_origin, { connect = ready.connect }: Client.Options) =>
          pool(connect, connect === ready.connect ? IDLE_MS.direct : IDLE_MS.proxied),
      });
    }
  }

  /** Opens a connection ahead, if there is none; not through a proxy, which closes one that is not used. */
  prepare(): void {
    if (!this.#direct?.pool.isEmpty) return;
    const { protocol, host, hostname, port } = this.origin;
    // An IPv6 address has brackets in a URL, and none for a socket.
    this.#direct.ready.open({
      protocol,
      host,
      hostname: hostname.replace(/^\[|\]$/g, ''),
      port,
    });
  }

  async destroy(): Promise<void> {
    this.#direct?.ready.close();
    await this.dispatcher.destroy();
  }
}
