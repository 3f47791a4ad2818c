import type { AddressInfo, Server, Socket } from 'node:net';

/** A server on a port of 127.0.0.1 that can be stopped at once. */
export class LoopbackServer {
  // TCP sockets below TLS, by the client's port. Only these can be reset, and include open handshakes.
  readonly #sockets = new Map<number | undefined, Socket>();

  constructor(private readonly server: Server) {
    server.on('connection', (socket: Socket) => {
      const port = socket.remotePort;
      this.#sockets.set(port, socket);
      socket.on('close', () => this.#sockets.delete(port));
      // Clients may close connections at any time.
      socket.on('error', () => socket.destroy());
    });
  }

  get port(): number {
    return portOf(this.server.address());
  }

  /** @param port - 0 for a free one */
  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject).listen(port, '127.0.0.1', resolve);
    });
  }

  /** Resets a connection, as a broken network does. One that is being closed is closed at once. */
  reset(socket: Socket): void {
    // Meanwhile the system refuses the reset, and then Node would lose the open connection, or crash.
    const isClosing = socket.writableEnded && !socket.writableFinished;
    if (!isClosing) this.#sockets.get(socket.remotePort)?.resetAndDestroy();
    socket.destroy();
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.#sockets.values()) socket.destroy();
    await closed;
  }
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}
