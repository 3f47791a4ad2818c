import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** The way to a server, which can be shut: connections then end before anything is sent. */
export interface Gate {
  readonly url: string;
  isOpen: boolean;
  close(): Promise<void>;
}

export async function createGate(target: string): Promise<Gate> {
  const { port } = new URL(target);
  const gate = { url: '', isOpen: true, close: async () => undefined as void };
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    if (!gate.isOpen) {
      socket.destroy();
      return;
    }
    const onwards = connect(Number(port), '127.0.0.1');
    onwards.on('error', () => socket.destroy());
    socket.on('close', () => onwards.destroy());
    onwards.on('close', () => socket.destroy());
    socket.pipe(onwards).pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The gate has no port.');
  gate.url = `https://127.0.0.1:${address.port}`;
  gate.close = async () => {
    server.close();
  };
  return gate;
}
