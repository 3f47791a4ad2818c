import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/**
 * Stands between clients and a server on this machine, and holds back what the clients send for `latencyMs`, as a network
 * does with every round trip. A meter counts them: whatever is sent while an answer is awaited belongs to that one.
 */
export async function startPipe(port, latencyMs, meter) {
  const sockets = new Set();
  const pipe = createServer({ noDelay: true }, (client) => {
    const server = connect({ port, host: '127.0.0.1', noDelay: true });
    let answered;
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
        answered?.();
      });
    }
    client.on('data', (data) => {
      if (answered === undefined) {
        const answer = new Promise((resolve) => (answered = resolve));
        void meter.run(() => answer);
      }
      setTimeout(() => server.write(data), latencyMs);
    });
    server.on('data', (data) => {
      client.write(data);
      answered?.();
      answered = undefined;
    });
  });
  pipe.listen(0, '127.0.0.1');
  await once(pipe, 'listening');
  return {
    port: pipe.address().port,
    async close() {
      const closed = once(pipe, 'close');
      pipe.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
