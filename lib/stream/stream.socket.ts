import { once } from 'node:events';
import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import type { StreamServer } from '../calls/session-source.js';
import type { Clock } from '../common/clock.js';
import { withDeadline } from '../common/deadline.js';
import { closeSocket } from '../common/http/spare-socket.js';
import { openTcpConnection } from '../common/http/tcp-connection.js';
import { trusting } from '../common/http/trust.js';

/** Milliseconds for the TLS handshake. */
const TLS_TIMEOUT_MS = 10_000;

/**
 * Opens a TLS connection to the Stream API, through the proxy that the environment names. The certificate of the server
 * is checked in any case.
 */
export async function openStreamSocket(
  { host, port, ca }: StreamServer,
  clock: Clock,
  signal: AbortSignal,
): Promise<TLSSocket> {
  const socket = connect({
    socket: await openTcpConnection({ host, port }, clock, signal),
    host,
    // Said, so that no prototype can name another server whose certificate would do.
    servername: isIP(host) === 0 ? host : undefined,
    ...trusting(ca),
  });
  try {
    await withDeadline(
      clock,
      TLS_TIMEOUT_MS,
      (ending) => once(socket, 'secureConnect', { signal: ending }),
      () => Object.assign(new Error('No TLS handshake in time.'), { code: 'ETIMEDOUT' }),
      signal,
    );
    return socket;
  } catch (error) {
    closeSocket(socket);
    throw error;
  }
}
