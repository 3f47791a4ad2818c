import { systemClock } from '../common/clock.js';
import { boundedConnector, type Connector } from '../common/http/connector.js';
import { proxyAgent } from '../common/http/proxy.js';
import { closeSocket } from '../common/http/spare-socket.js';
import { trusting, type CertificateAuthorities } from '../common/http/trust.js';
import { buildConnector, type Dispatcher, Pool } from '../common/http/undici.js';
import type { TlsCredentials } from './certificate/certificate.content.js';
import type { SendingWatch } from './sending.watch.js';

/** What differs between the connections of a login and those of keepAlive and logout. */
export interface TransportOptions {
  /** The client certificate; only the login presents one. */
  readonly credentials?: TlsCredentials;
  /** Milliseconds to connect; 10 s when left out. */
  readonly connectTimeout?: number;
  /** Bytes; bounds what a hostile reply can cost. None when left out. */
  readonly maxResponseSize?: number;
  /** Follows the connections, for a transport that carries one request. */
  readonly watch?: SendingWatch;
}

/**
 * Connections to the identity service, which trust `ca` beside the usual authorities and go through the proxy that the
 * environment names (`HTTPS_PROXY`, `NO_PROXY`). Certificate checking is never switched off.
 *
 * @throws BetfairConfigurationError the environment names a proxy that cannot be used
 */
export function createTransport(
  ca: CertificateAuthorities,
  { credentials, connectTimeout = 10_000, maxResponseSize = -1, watch }: TransportOptions = {},
): Dispatcher {
  // The times of undici's own are switched off: a connection has its bound below, a request that of its caller.
  const tls = { ...trusting(ca, credentials), timeout: 0 };
  const direct = buildConnector(tls);
  return proxyAgent({
    connect: direct,
    // Behind a proxy the handshake with Betfair is made inside the tunnel, with the same.
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
      // Before undici has it: it writes the request at once.
      if (socket) watch.connected();
      callback(...result);
    });
  };
}
