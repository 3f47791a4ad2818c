import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** An answer that the server behind the proxy did not give. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/**
 * What happens to one request: `lose` lets the server carry it out and cuts the line instead of answering, `cut` does so
 * without telling the server, `hang` neither tells the server nor answers, `hang in the body` answers with a head.
 */
export type Fault = 'lose' | 'cut' | 'hang' | 'hang in the body' | Reply;

/** Stands between a client and an HTTP server, and does to the next requests what it was told. */
export class FaultProxy {
  readonly #faults: { readonly method: string; readonly fault: Fault }[] = [];
  #always: Fault | undefined;
  /** Methods of the requests that arrived. */
  readonly seen: string[] = [];
  readonly #server = createServer((incoming, outgoing) => {
    this.#handle(incoming, outgoing).catch(() => outgoing.destroy());
  });

  #turn: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly target: string,
    private readonly oneAtATime: boolean,
  ) {}

  /**
   * @param oneAtATime the server gets the next request when it has answered the last: for an emulator whose conditional
   * writes are not atomic, as the service's are
   */
  static async start(target: string, { oneAtATime = false } = {}): Promise<FaultProxy> {
    const proxy = new FaultProxy(target, oneAtATime);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get origin(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The proxy is closed.');
    return `http://127.0.0.1:${address.port}`;
  }

  /** The next requests with that method meet these faults, one each. */
  next(method: string, ...faults: readonly Fault[]): void {
    this.#faults.push(...faults.map((fault) => ({ method, fault })));
  }

  /** Every request meets that fault, until it is called without one. */
  always(fault?: Fault): void {
    this.#always = fault;
  }

  /** Faults that no request has met yet. */
  get left(): number {
    return this.#faults.length;
  }

  reset(): void {
    this.#faults.length = 0;
    this.#always = undefined;
    this.seen.length = 0;
    this.#server.closeAllConnections();
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const method = incoming.method ?? '';
    this.seen.push(method);
    const fault = this.#always ?? this.#take(method);
    if (fault === 'hang') return;
    if (fault === 'cut') return void outgoing.destroy();
    if (fault === 'hang in the body') {
      outgoing.writeHead(200, { 'content-length': '100', etag: '"1"', 'x-goog-generation': '1' });
      outgoing.write('half');
      return;
    }
    if (typeof fault === 'object') {
      outgoing.writeHead(fault.status, fault.headers).end(fault.body);
      return;
    }
    const forwarded = this.#turn.then(() => this.#forward(incoming, body));
    if (this.oneAtATime) this.#turn = forwarded.catch(() => undefined);
    const { head, content } = await forwarded;
    if (fault === 'lose') return void outgoing.destroy();
    outgoing.writeHead(head.statusCode ?? 502, head.rawHeaders).end(content);
  }

  #take(method: string): Fault | undefined {
    const index = this.#faults.findIndex((planned) => planned.method === method);
    return index < 0 ? undefined : this.#faults.splice(index, 1)[0]?.fault;
  }

  async #forward(incoming: IncomingMessage, body: Buffer) {
    const outgoing = request(new URL(incoming.url ?? '/', this.target), {
      method: incoming.method,
      headers: { ...incoming.headers, 'content-length': String(body.length), connection: 'close' },
      agent: false,
    });
    // A chunked request was read whole.
    outgoing.removeHeader('transfer-encoding');
    outgoing.end(body);
    const [head]: unknown[] = await once(outgoing, 'response');
    if (!isMessage(head)) throw new Error('The server gave no response.');
    return { head, content: await buffer(head) };
  }
}

function isMessage(value: unknown): value is IncomingMessage {
  return typeof value === 'object' && value !== null && 'rawHeaders' in value;
}
