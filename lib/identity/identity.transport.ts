import { systemClock } from '../common/clock.js';
import { boundedConnector, type Connector } from '../common/http/connector.js';
import { proxyAgent } from '../common/http/proxy.js';
import { closeSocket } from '../common/http/spare-socket.js';
import { trusting, type CertificateAuthorities } from '../common/http/trust.js';
import { type Dispatcher, type Pool, undici } from '../common/http/undici.js';
import type { TlsCredentials } from './certificate/certificate.content.js';
import type { SendingWatch } from './sending.watch.js';

/** Options that differ between a login and keepAlive or logout. */
export interface TransportOptions {
  /** Client certificate; only the login presents one. */
  readonly credentials?: TlsCredentials;
  /** Milliseconds to connect. Default 10 s. */
  readonly connectTimeout?: number;
  /** Bytes of the largest reply, as a limit for a hostile server. Default: none. */
  readonly maxResponseSize?: number;
  /** Watch for a transport with one request, which follows its connections. */
  readonly watch?: SendingWatch;
}

/**
 * Creates connections to the identity service. They trust `ca` in addition to the usual authorities and use the proxy
 * of the environment (`HTTPS_PROXY`, `NO_PROXY`). Certificate checking is never switched off.
 *
 * @throws BetfairConfigurationError the environment names a proxy that cannot be used
 */
export function createTransport(
  ca: CertificateAuthorities,
  { credentials, connectTimeout = 10_000, maxResponseSize = -1, watch }: TransportOptions = {},
): Dispatcher {
  // The timeouts of undici are switched off: the connector below has one, and the caller has one for the request.
  const tls = { ...trusting(ca, credentials), timeout: 0 };
  const { buildConnector, Pool } = undici();
  const direct = buildConnector(tls);
  return proxyAgent({
    connect: direct,
    // Behind a proxy, the same settings apply to the handshake inside the tunnel.
    requestTls: tls,
    factory: (origin, { connect }: Pool.Options) => {
      const connector = typeof connect === 'function' ? connect : direct;
      const bounded = boundedConnector(connector, connectTimeout, systemClock);
      return new Pool(origin, {
        maxResponseSize,
        headersTimeout: 0,
        bodyTimeout: 0,
        connect: watch ? watched(bounded, watch) : bounded,
      });
    },
  });
}

function watched(connect: Connector, watch: SendingWatch): Connector {
  return (options, callback) => {
    watch.connecting();
    return connect(options, (...result) => {
      const [, socket] = result;
      if (socket && watch.isLate) {
        closeSocket(socket);
        return callback(new Error('The connection came too late.'), null);
      }
      // Before undici gets the socket, because it writes the request at once.
      if (socket) watch.connected();
      callback(...result);
    });
  };
}
