import { connect, type TLSSocket } from 'node:tls';
import { isRecord } from '../../../../lib/common/unknown-values.js';

/** A simulator of this process or of another. */
export interface StreamServer {
  readonly ca: string;
  readonly stream: { readonly host: string; readonly port: number };
}

/** A client of the Stream API that does what a test says, and nothing by itself. */
export class StreamWire {
  /** What arrived and was not asked for yet. */
  readonly #received: unknown[] = [];
  readonly #waiting: ((message: unknown) => void)[] = [];
  readonly #socket: TLSSocket;
  readonly closed: Promise<void>;
  #rest = '';
  #syncs = 0;

  /** @param isSlow - leaves its side open when the server closes */
  constructor({ ca, stream: { host, port } }: StreamServer, localAddress?: string, isSlow = false) {
    const options = { ca, host, port, localAddress, allowHalfOpen: isSlow };
    this.#socket = connect(options);
    // A reset is seen as an error; that it closed is what tests ask.
    this.#socket.on('error', () => {});
    this.closed = new Promise((resolve) => this.#socket.on('close', () => resolve()));
    this.#socket.setEncoding('utf8').on('data', (text: string) => {
      const lines = (this.#rest + text).split('\r\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) this.#take(parse(line));
    });
  }

  /** The next message of the server. */
  next(): Promise<unknown> {
    if (this.#received.length > 0) return Promise.resolve(this.#received.shift());
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** What arrived and was not asked for. */
  received(): readonly unknown[] {
    return this.#received;
  }

  send(message: object): this {
    return this.write(`${JSON.stringify(message)}\r\n`);
  }

  /** Sends a message and waits for what comes next. */
  ask(message: object): Promise<unknown> {
    return this.send(message).next();
  }

  /** All messages that the server sent until now. */
  async sync(): Promise<readonly unknown[]> {
    const id = (this.#syncs -= 1);
    this.send({ op: 'heartbeat', id });
    const messages: unknown[] = [];
    for (;;) {
      const message = await this.next();
      if (isRecord(message) && message['op'] === 'status' && message['id'] === id) return messages;
      messages.push(message);
    }
  }

  /** Leaves unread what arrives from now on. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  write(text: string | Buffer): this {
    this.#socket.write(text);
    return this;
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #take(message: unknown): void {
    const waiting = this.#waiting.shift();
    if (waiting) waiting(message);
    else this.#received.push(message);
  }
}

/** The message of a line, or the line if it is none. */
function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return line;
  }
}
