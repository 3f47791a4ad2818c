import { once } from 'node:events';
import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import type { StreamServer } from '../../calls/session-source.js';
import type { Clock } from '../../common/clock.js';
import { withDeadline } from '../../common/deadline.js';
import { closeSocket } from '../../common/http/spare-socket.js';
import { openTcpConnection } from '../../common/http/tcp-connection.js';
import { trusting } from '../../common/http/trust.js';

/** Milliseconds to connect, including a proxy and the TLS handshake. */
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * Opens a TLS connection to the Stream API, through the proxy in the environment. Always checks the certificate of the
 * server.
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
    // Always set, so that no polluted prototype can name another server.
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
