import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** The way to a server, which can be shut: connections then end before anything is sent. */
export interface Gate {
  readonly url: string;
  isOpen: boolean;
  close(): Promise<void>;
}

/** @param passage waited for by every connection that is let in */
export async function createGate(target: string, passage?: () => Promise<void>): Promise<Gate> {
  const { port } = new URL(target);
  const gate = { url: '', isOpen: true, close: async () => undefined as void };
  const letIn = (socket: Socket) => {
    const onwards = connect(Number(port), '127.0.0.1');
    onwards.on('error', () => socket.destroy());
    socket.on('close', () => onwards.destroy());
    onwards.on('close', () => socket.destroy());
    socket.pipe(onwards).pipe(socket);
  };
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    if (!gate.isOpen) socket.destroy();
    else if (passage) void passage().then(() => letIn(socket));
    else letIn(socket);
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
