import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** Stands between a client and a server on this machine as a network that holds data back, or fails in their midst. */
export class SlowPipe {
  readonly #answers = new Set<Socket>();
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((client) => this.#serve(client));
  /** Bytes that the next connections carry to the client until they fail, one each. */
  #budgets: number[] = [];
  /** The same for the connections that are open. */
  readonly #left = new Map<Socket, number>();

  private constructor(private readonly serverPort: number) {}

  static async start(serverPort: number): Promise<SlowPipe> {
    const pipe = new SlowPipe(serverPort);
    pipe.#server.listen(0, '127.0.0.1');
    await once(pipe.#server, 'listening');
    return pipe;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** Resets the next connection once it has carried so many bytes to the client. */
  failAfter(bytes: number): void {
    this.#budgets.push(bytes);
  }

  /** Carries nothing to the clients of these connections until {@link release}. */
  hold(): void {
    for (const server of this.#answers) server.pause();
  }

  /** Ends what {@link hold} and {@link failAfter} began: no connection is held back or fails any more. */
  release(): void {
    this.#budgets = [];
    this.#left.clear();
    for (const server of this.#answers) server.resume();
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #serve(client: Socket): void {
    const server = connect({ port: this.serverPort, host: '127.0.0.1', noDelay: true });
    client.setNoDelay();
    this.#left.set(server, this.#budgets.shift() ?? Infinity);
    this.#answers.add(server);
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        this.#answers.delete(socket);
        this.#left.delete(socket);
        other.destroySoon();
      });
    }
    client.on('data', (data) => server.write(data));
    server.on('data', (data) => {
      const left = this.#left.get(server) ?? Infinity;
      client.write(data.subarray(0, left));
      this.#left.set(server, left - data.length);
      if (data.length >= left) client.resetAndDestroy();
    });
  }
}
