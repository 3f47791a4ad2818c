import type { Clock } from '../clock.js';
import { ConnectionPool } from './connection-pool.js';
import { boundedConnector } from './connector.js';
import { namesProxy, proxyAgent } from './proxy.js';
import { trusting, type CertificateAuthorities } from './trust.js';
import { type buildConnector, type Client, type Dispatcher, undici } from './undici.js';

/** Milliseconds to connect, including a proxy. */
const CONNECT_TIMEOUT_MS = 10_000;
/** Milliseconds to wait for headers, or for the next part of a body. */
const SILENCE_TIMEOUT_MS = 60_000;
/** Milliseconds that an idle connection is kept. Betfair closes it after 180 s, most proxies after 60 s. */
const IDLE_MS = { direct: 170_000, proxied: 50_000 };

/**
 * Connections to the API. They trust `ca` in addition to the usual authorities and use the proxy of the environment
 * (`HTTPS_PROXY`, `NO_PROXY`). Certificate checking is never switched off.
 *
 * @throws BetfairConfigurationError the environment names a proxy that cannot be used
 */
export class ApiConnections {
  /** Sends requests. */
  readonly dispatcher: Dispatcher;
  readonly #pools = new Set<ConnectionPool>();
  readonly #isDirect: boolean;

  constructor(origin: URL, ca: CertificateAuthorities, clock: Clock) {
    // `servername` is set so that a polluted prototype cannot name another server. The connector below has the timeout.
    const tls = { ...trusting(ca), servername: undefined, timeout: 0 };
    const direct = undici().buildConnector(tls);
    const open = (connector: buildConnector.connector) => {
      const idle = connector === direct ? IDLE_MS.direct : IDLE_MS.proxied;
      const options: Client.Options = {
        headersTimeout: SILENCE_TIMEOUT_MS,
        bodyTimeout: SILENCE_TIMEOUT_MS,
        keepAliveTimeout: idle,
        keepAliveMaxTimeout: idle,
      };
      const bounded = boundedConnector(connector, CONNECT_TIMEOUT_MS, clock);
      const pool = new ConnectionPool(origin, bounded, options, clock);
      this.#pools.add(pool);
      return pool.dispatcher;
    };
    this.#isDirect = !namesProxy();
    this.dispatcher = this.#isDirect
      ? open(direct)
      : proxyAgent({
          connect: direct,
          requestTls: tls,
          // A connection through the proxy has another connector than `direct`.
          factory: (_origin, { connect }: Client.Options) =>
            open(typeof connect === 'function' ? connect : direct),
        });
  }

  /** Opens a first connection in advance. Not through a proxy, which closes an unused connection. */
  prepare(): void {
    if (this.#isDirect) for (const pool of this.#pools) pool.prepare();
  }

  /** Ends all connections; requests under way fail with `reason`. */
  async destroy(reason: Error): Promise<void> {
    await Promise.all([...this.#pools].map((pool) => pool.destroy(reason)));
    await this.dispatcher.destroy(reason);
  }
}
