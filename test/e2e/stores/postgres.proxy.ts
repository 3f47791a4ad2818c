import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** The end of what the server answers to a statement, which it has then carried out. */
const READY_FOR_QUERY = Buffer.from([0x5a, 0, 0, 0, 5]);
const WRITE = /INSERT INTO|UPDATE|DELETE FROM/;

/** Stands between a client and PostgreSQL, and does to connections what it was told. */
export class PostgresProxy {
  readonly #server = createServer((client) => this.#forward(client));
  readonly #sockets = new Set<Socket>();
  readonly #port: number;
  #lost = 0;
  #hangs = false;
  /** Connections that were made. */
  connections = 0;

  private constructor(port: number) {
    this.#port = port;
  }

  static async start(port: number): Promise<PostgresProxy> {
    const proxy = new PostgresProxy(port);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The proxy is closed.');
    return address.port;
  }

  /** The answers of the next writes are lost: the server has carried them out, and the connection is cut. */
  lose(answers: number): void {
    this.#lost = answers;
  }

  /** Answers that are still to be lost. */
  get left(): number {
    return this.#lost;
  }

  /** Nothing goes on to the server any more. */
  hang(): void {
    this.#hangs = true;
  }

  /** Cuts all connections. */
  reset(): void {
    this.#hangs = false;
    this.#lost = 0;
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Connections that are open. */
  get open(): number {
    return this.#sockets.size;
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.reset();
    await closed;
  }

  #forward(client: Socket): void {
    this.connections += 1;
    const server = connect(this.#port, '127.0.0.1');
    let losing = false;
    this.#sockets.add(client);
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      socket.on('error', () => {});
      socket.on('close', () => other.destroy());
    }
    client.on('close', () => this.#sockets.delete(client));
    client.on('data', (sent: Buffer) => {
      if (this.#hangs) return;
      if (this.#lost > 0 && WRITE.test(sent.toString('latin1'))) {
        this.#lost -= 1;
        losing = true;
      }
      server.write(sent);
    });
    server.on('data', (answer: Buffer) => {
      if (!losing) client.write(answer);
      else if (answer.subarray(-6, -1).equals(READY_FOR_QUERY)) client.destroy();
    });
  }
}
