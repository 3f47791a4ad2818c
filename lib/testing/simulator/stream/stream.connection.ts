import type { TLSSocket } from 'node:tls';
import { isRecord } from '../../../common/is-record.js';
import type { StreamGate, StreamLogin } from './stream.gate.js';
import { idOf, type StreamRefusal, type StreamStatus } from './stream.status.js';

/** Milliseconds after which a connection that sent nothing and subscribed to nothing is closed. */
const UNSUBSCRIBED_TIMEOUT_MS = 15_000;
const MAX_LINE_LENGTH = 65_536;
const SUBSCRIPTIONS: ReadonlySet<unknown> = new Set(['marketSubscription', 'orderSubscription']);

/** One client of the Stream API. */
export class StreamConnection {
  /** The session that the connection has, until it is refused. */
  login: StreamLogin | undefined;
  private readonly address: string;
  #rest = '';
  #refused = false;

  constructor(
    readonly socket: TLSSocket,
    private readonly id: string,
    private readonly gate: StreamGate,
  ) {
    // Of a socket that is closed it is no longer known.
    this.address = socket.remoteAddress ?? '';
    socket.on('error', () => socket.destroy());
    socket.setTimeout(UNSUBSCRIBED_TIMEOUT_MS, () => this.#refuse(IDLE_TOO_LONG));
    socket.setEncoding('utf8').on('data', (text: string) => this.#read(text));
    this.#send({ op: 'connection', connectionId: id });
  }

  /** Says so where the session has ended, and closes. */
  check(): void {
    const refusal = this.login && this.gate.refusal(this.login);
    if (refusal) this.#refuse(refusal);
  }

  #read(text: string): void {
    if (this.#refused) return;
    const lines = text.split('\n');
    lines[0] = this.#rest + lines[0];
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#receive(line);
    if (this.#rest.length > MAX_LINE_LENGTH) this.#refuse(UNREADABLE);
  }

  #receive(line: string): void {
    if (this.#refused) return;
    const message = line.length > MAX_LINE_LENGTH ? undefined : parse(line);
    if (message === undefined) return this.#refuse(UNREADABLE);
    const { op } = message;
    if (op === 'authentication') return this.#authenticate(message);
    if (op !== 'heartbeat' && !SUBSCRIPTIONS.has(op)) return this.#refuse(UNREADABLE, message);
    if (!this.login) return this.#refuse(NOT_AUTHENTICATED, message);
    const refusal = this.gate.refusal(this.login);
    if (refusal) return this.#refuse(refusal, message);
    if (op !== 'heartbeat') this.socket.setTimeout(0);
    this.#succeed(message);
  }

  #authenticate(message: Readonly<Record<string, unknown>>): void {
    if (this.login) return this.#refuse(AUTHENTICATED_ALREADY, message);
    const outcome = this.gate.authenticate(message, this.address);
    if ('errorCode' in outcome) return this.#refuse(outcome, message);
    this.login = outcome;
    const { connectionsAvailable } = outcome;
    this.#succeed(message, { connectionsAvailable });
  }

  #succeed(message: Readonly<Record<string, unknown>>, details: Partial<StreamStatus> = {}): void {
    this.#send({
      op: 'status',
      ...idOf(message),
      statusCode: 'SUCCESS',
      connectionClosed: false,
      ...details,
    });
  }

  #refuse(refusal: StreamRefusal, message: Readonly<Record<string, unknown>> = {}): void {
    if (this.#refused) return;
    this.#refused = true;
    this.login = undefined;
    this.#send({
      op: 'status',
      ...idOf(message),
      statusCode: 'FAILURE',
      ...refusal,
      connectionClosed: true,
      connectionId: this.id,
    });
    // What still arrives is read and dropped: a socket that is destroyed unread resets, and the status is lost.
    this.socket.end();
  }

  #send(message: StreamStatus | { readonly op: 'connection'; readonly connectionId: string }) {
    if (this.socket.writable) this.socket.write(`${JSON.stringify(message)}\r\n`);
  }
}

const IDLE_TOO_LONG: StreamRefusal = {
  errorCode: 'TIMEOUT',
  errorMessage: `Connection is not subscribed and is idle: ${UNSUBSCRIBED_TIMEOUT_MS} ms`,
};
const UNREADABLE: StreamRefusal = {
  errorCode: 'INVALID_INPUT',
  errorMessage: 'Not a message in JSON of at most 64 KiB with a known op',
};
const NOT_AUTHENTICATED: StreamRefusal = {
  errorCode: 'NOT_AUTHORIZED',
  errorMessage: 'The connection is not authenticated',
};
const AUTHENTICATED_ALREADY: StreamRefusal = {
  errorCode: 'INVALID_REQUEST',
  errorMessage: 'The connection is authenticated already; a new session needs a new connection',
};

function parse(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const message: unknown = JSON.parse(line);
    return isRecord(message) ? message : undefined;
  } catch {
    return undefined;
  }
}
