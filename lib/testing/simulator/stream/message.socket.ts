import type { TLSSocket } from 'node:tls';
import { isRecord, parseJson } from '../../../common/unknown-values.js';

const MAX_LINE_LENGTH = 65_536;

export interface MessageListener {
  /** Called for a message, or a line that is not one. */
  receive(message: Readonly<Record<string, unknown>> | undefined): void;
  /** Called when the client has read everything. */
  drained(): void;
}

/** Socket with one JSON object in each line, in both directions. */
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

  /** False while the client does not read, and after it has left. */
  get isReady(): boolean {
    return this.socket.writable && !this.socket.writableNeedDrain;
  }

  send(message: object): void {
    this.write(JSON.stringify(message));
  }

  /** Sends a line. Stops reading from a client that does not read its answers, so that they do not pile up. */
  write(line: string): void {
    if (this.#isSilent || !this.socket.writable) return;
    if (!this.socket.write(`${line}\r\n`)) this.socket.pause();
  }

  /** Closes, and drops what still arrives. Destroying an unread socket would reset it, and lose the last message. */
  end(): void {
    this.#isDeaf = true;
    this.socket.end();
  }

  /** Drops everything sent from now on, in both directions. */
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
    const message = line.length > MAX_LINE_LENGTH ? undefined : parseJson(line);
    this.listener.receive(isRecord(message) ? message : undefined);
  }
}
