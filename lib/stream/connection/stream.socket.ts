import { once } from 'node:events';
import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import type { StreamServer } from '../../calls/session-source.js';
import type { Clock } from '../../common/clock.js';
import { withDeadline } from '../../common/deadline.js';
import { closeSocket } from '../../common/http/spare-socket.js';
import { openTcpConnection } from '../../common/http/tcp-connection.js';
import { trusting } from '../../common/http/trust.js';

/** Milliseconds to connect, TLS handshake and a proxy in between included. */
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Opens a TLS connection to the Stream API, through the proxy that the environment names. The certificate of the server
 * is checked in any case.
 */
export function openStreamSocket(
  server: StreamServer,
  clock: Clock,
  signal: AbortSignal,
): Promise<TLSSocket> {
  return withDeadline(
    clock,
    CONNECT_TIMEOUT_MS,
    (ending) => open(server, ending),
    () => Object.assign(new Error('No connection in time.'), { code: 'ETIMEDOUT' }),
    signal,
  );
}

async function open({ host, port, ca }: StreamServer, signal: AbortSignal): Promise<TLSSocket> {
  const socket = connect({
    socket: await openTcpConnection({ host, port }, signal),
    host,
    // Said, so that no prototype can name another server whose certificate would do.
    servername: isIP(host) === 0 ? host : undefined,
    ...trusting(ca),
  });
  try {
    await once(socket, 'secureConnect', { signal });
    return socket;
  } catch (error) {
    closeSocket(socket);
    throw error;
  }
}
