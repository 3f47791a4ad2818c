import type { Clock } from '../clock.js';
import { ConnectionPool } from './connection-pool.js';
import { boundedConnector } from './connector.js';
import { namesProxy, proxyAgent } from './proxy.js';
import { trusting, type CertificateAuthorities } from './trust.js';
import { buildConnector, type Client, type Dispatcher } from './undici.js';

/** Milliseconds to connect, with whatever is in between. */
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
  readonly #pools = new Set<ConnectionPool>();
  readonly #isDirect: boolean;

  constructor(origin: URL, ca: CertificateAuthorities, clock: Clock) {
    // Said, so that no prototype can name another server whose certificate would do. No time of undici's: see below.
    const tls = { ...trusting(ca), servername: undefined, timeout: 0 };
    const direct = buildConnector(tls);
    const open = (connector: buildConnector.connector) => {
      const idle = connector === direct ? IDLE_MS.direct : IDLE_MS.proxied;
      const options: Client.Options = {
        headersTimeout: SILENCE_MS,
        bodyTimeout: SILENCE_MS,
        keepAliveTimeout: idle,
        keepAliveMaxTimeout: idle,
      };
      const bounded = boundedConnector(connector, CONNECT_TIMEOUT_MS, clock);
      const pool = new ConnectionPool(origin, bounded, options, clock);
      this.#pools.add(pool);
      return pool;
    };
    this.#isDirect = !namesProxy();
    this.dispatcher = this.#isDirect
      ? open(direct)
      : proxyAgent({
          connect: direct,
          requestTls: tls,
          // The proxy's connector differs from the one given, and tells that a connection is not direct.
          factory: (_origin, { connect }: Client.Options) =>
            open(typeof connect === 'function' ? connect : direct),
        });
  }

  /** Opens a connection ahead, if there is none; not through a proxy, which closes one that is not used. */
  prepare(): void {
    if (this.#isDirect) for (const pool of this.#pools) pool.prepare();
  }

  /** Tells if a request is under way. */
  get isBusy(): boolean {
    return [...this.#pools].some((pool) => pool.isBusy);
  }

  /** Waits until no request is under way. */
  async settle(): Promise<void> {
    await Promise.all([...this.#pools].map((pool) => pool.settle()));
  }

  /** Ends all connections; requests under way fail with `reason`. */
  async destroy(reason: Error): Promise<void> {
    await Promise.all([...this.#pools].map((pool) => pool.destroy(reason)));
    await this.dispatcher.destroy(reason);
  }
}
