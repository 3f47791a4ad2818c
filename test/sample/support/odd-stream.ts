import { once } from 'node:events';
import { type ConnectionOptions, createServer, type TLSSocket } from 'node:tls';
import { makeCertificate } from '../../identity/support/certificates.js';

/** A server that is no Stream API, or not the one that was documented: `speak` gets every connection. */
export async function startOddStream(speak: (socket: TLSSocket) => void) {
  const { cert, key } = await makeCertificate({ purposes: ['serverAuth'] });
  const sockets = new Set<TLSSocket>();
  const server = createServer({ cert, key }, (socket) => {
    sockets.add(socket.on('error', () => socket.destroy()));
    speak(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const connection: ConnectionOptions = {
    host: '127.0.0.1',
    port,
    ca: cert,
    checkServerIdentity: () => undefined,
  };
  return {
    connection,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
