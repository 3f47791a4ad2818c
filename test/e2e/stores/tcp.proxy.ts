import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/**
 * What happens to what a client sends: `lose` hands it on and cuts the line when the answer comes, `cut` does so without
 * handing it on, `hang` neither hands it on nor answers, nor does
 * that line ever again.
 */
export type TcpFault = 'lose' | 'cut' | 'hang';

/** Milliseconds in which an answer that is not handed on comes to its end. */
const ANSWERED_WITHIN_MS = 50;

/** Stands between a client and a server on TCP, and does to what the client sends what it was told. */
export class TcpProxy {
  #faults: { readonly text: string; readonly fault: TcpFault }[] = [];
  #always: TcpFault | undefined;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((client) => this.#serve(client));
  /** Any that is free, until there is one. */
  #own = 0;

  private constructor(private readonly port: number) {}

  static async start(port: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(port);
    await proxy.accept();
    return proxy;
  }

  /** Such as `127.0.0.1:41563`. */
  get address(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The proxy is closed.');
    return `127.0.0.1:${address.port}`;
  }

  /** Faults that nothing has met yet. */
  get left(): number {
    return this.#faults.length;
  }

  /** The next times that a client sends something with that text in it, it meets these faults, one each. */
  next(text: string, ...faults: readonly TcpFault[]): void {
    this.#faults.push(...faults.map((fault) => ({ text, fault })));
  }

  /** Everything that is sent meets that fault, until it is called without one. */
  always(fault?: TcpFault): void {
    this.#always = fault;
  }

  /** Cuts every line. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Takes connections again, where it did before, if it was stopped. */
  async accept(): Promise<void> {
    if (this.#server.listening) return;
    this.#server.listen(this.#own, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#own = Number(this.address.split(':')[1]);
  }

  /** Cuts every line, and refuses connections. */
  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.cut();
    await closed;
  }

  #serve(client: Socket): void {
    const server = connect(this.port, '127.0.0.1');
    let losing = false;
    let hanging = false;
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#sockets.delete(socket);
        client.destroy();
        server.destroy();
      });
    }
    client.on('data', (data) => {
      const fault = hanging ? undefined : (this.#always ?? this.#take(data.toString('latin1')));
      hanging ||= fault === 'hang';
      if (hanging) return;
      if (fault === 'cut') return void client.destroy();
      if (fault === 'lose') {
        losing = true;
        setTimeout(() => client.destroy(), ANSWERED_WITHIN_MS);
      }
      server.write(data);
    });
    server.on('data', (data) => {
      if (!losing) client.write(data);
    });
  }

  #take(sent: string): TcpFault | undefined {
    const index = this.#faults.findIndex(({ text }) => sent.includes(text));
    return index < 0 ? undefined : this.#faults.splice(index, 1)[0]?.fault;
  }
}
