import type { TLSSocket } from 'node:tls';
import { isRecord } from '../../../common/unknown-values.js';

const MAX_LINE_LENGTH = 65_536;

/** Takes what happens on a {@link MessageSocket}. */
export interface MessageListener {
  /** A message arrived, or a line that is none. */
  receive(message: Readonly<Record<string, unknown>> | undefined): void;
  /** The client has read what it was sent. */
  drained(): void;
}

/** One JSON object a line, both ways. */
export class MessageSocket {
  #rest = '';
  #isDeaf = false;
  #isSilent = false;

  constructor(
    private readonly socket: TLSSocket,
    private readonly listener: MessageListener,
  ) {
    socket.on('error', () => socket.destroy());
    socket.setEncoding('utf8').on('data', (text: string) => this.#read(text));
    socket.on('drain', () => {
      socket.resume();
      if (!this.#isSilent) listener.drained();
    });
  }

  /** False while the client does not read, and when it is gone. */
  get isReady(): boolean {
    return this.socket.writable && !this.socket.writableNeedDrain;
  }

  send(message: object): void {
    this.write(JSON.stringify(message));
  }

  /** Sends a line. A client that reads no answers is not listened to either, so that they do not pile up. */
  write(line: string): void {
    if (this.#isSilent || !this.socket.writable) return;
    if (!this.socket.write(`${line}\r\n`)) this.socket.pause();
  }

  /** Closes. What still arrives is dropped: a socket that is destroyed unread resets, and the last words are lost. */
  end(): void {
    this.#isDeaf = true;
    this.socket.end();
  }

  /** Drops all that is sent from now on, in both directions. */
  silence(): void {
    this.#isDeaf = true;
    this.#isSilent = true;
  }

  #read(text: string): void {
    const lines = text.split('\n');
    lines[0] = this.#rest + lines[0];
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#receive(line);
    if (this.#rest.length > MAX_LINE_LENGTH) this.#receive(this.#rest);
    if (this.#isDeaf) this.#rest = '';
  }

  #receive(line: string): void {
    if (this.#isDeaf) return;
    this.listener.receive(line.length > MAX_LINE_LENGTH ? undefined : parse(line));
  }
}

function parse(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const message: unknown = JSON.parse(line);
    return isRecord(message) ? message : undefined;
  } catch {
    return undefined;
  }
}
