import { once } from 'node:events';
import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import type { Clock } from '../clock.js';
import { withDeadline } from '../deadline.js';
import type { HostAndPort } from '../host-and-port.js';
import { closeSocket } from './spare-socket.js';
import { openTcpConnection } from './tcp-connection.js';
import { type CertificateAuthorities, type ClientCredentials, trusting } from './trust.js';

/** A server that speaks TLS. */
export interface TlsServer extends HostAndPort {
  /** Authorities to trust beside the usual ones. */
  readonly ca: CertificateAuthorities;
  /** Client certificate to present. */
  readonly credentials?: ClientCredentials | undefined;
}

/** Milliseconds to connect, including a proxy and the TLS handshake. */
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Opens a TLS connection, through the proxy in the environment. Always checks the certificate of the server.
 *
 * @throws BetfairConfigurationError the proxy of the environment cannot be used; or the error of the connection, or the
 * reason of the signal
 */
export function openTlsConnection(
  server: TlsServer,
  clock: Clock,
  signal?: AbortSignal,
): Promise<TLSSocket> {
  return withDeadline(
    clock,
    CONNECT_TIMEOUT_MS,
    (ending) => open(server, ending),
    () => Object.assign(new Error('No connection in time.'), { code: 'ETIMEDOUT' }),
    signal,
  );
}

async function open(
  { host, port, ca, credentials }: TlsServer,
  signal: AbortSignal,
): Promise<TLSSocket> {
  const socket = connect({
    socket: await openTcpConnection({ host, port }, signal),
    host,
    // Always set, so that no polluted prototype can name another server.
    servername: isIP(host) === 0 ? host : undefined,
    ...trusting(ca, credentials),
  });
  try {
    await once(socket, 'secureConnect', { signal });
    return socket;
  } catch (error) {
    closeSocket(socket);
    throw error;
  }
}
