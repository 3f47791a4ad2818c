import type { TLSSocket } from 'node:tls';
import type { Clock, ClockTimer } from '../../../common/clock.js';
import { ChangeFeed, type ChangeOutlet } from './change.feed.js';
import { MessageSocket } from './message.socket.js';
import type { StreamGate, StreamLogin } from './stream.gate.js';
import { idOf, type StreamRefusal, type StreamStatus } from './stream.status.js';
import {
  SUBSCRIPTION_OPS,
  type SubscriptionDesk,
  type SubscriptionOp,
} from './subscription.desk.js';

/** Milliseconds without a message, after which a connection without a subscription is closed. */
const UNSUBSCRIBED_TIMEOUT_MS = 15_000;

type Message = Readonly<Record<string, unknown>>;

/** Parts that all connections of a simulator share. */
export interface StreamSurroundings {
  readonly gate: StreamGate;
  readonly desk: SubscriptionDesk;
  readonly clock: Pick<Clock, 'wall' | 'timer'>;
  /** Tells if change messages have the status of late data. */
  isLate(): boolean;
}

/** One client of the Stream API. */
export class StreamConnection implements ChangeOutlet {
  /** Session of the connection, until it is refused. */
  login: StreamLogin | undefined;
  private readonly address: string;
  readonly #messages: MessageSocket;
  readonly #feeds = new Map<SubscriptionOp, ChangeFeed>();
  #idle: ClockTimer | undefined;
  #isClosed = false;

  constructor(
    readonly socket: TLSSocket,
    private readonly id: string,
    private readonly surroundings: StreamSurroundings,
  ) {
    // A closed socket does not know it any more.
    this.address = socket.remoteAddress ?? '';
    this.#messages = new MessageSocket(socket, {
      receive: (message) => this.#receive(message),
      drained: () => this.#feeds.forEach((feed) => feed.look()),
    });
    socket.on('close', () => this.#stop());
    this.#waitForMessage();
    this.#messages.send({ op: 'connection', connectionId: id });
  }

  get isReady(): boolean {
    return this.#messages.isReady;
  }

  sendChanges(messages: readonly object[]): void {
    this.check();
    if (this.#isClosed) return;
    const late = this.surroundings.isLate() && { status: 503 };
    for (const message of messages) this.#messages.send({ ...message, ...late });
  }

  /** Closes the connection with a refusal if the session has ended. */
  check(): void {
    const refusal = this.login && this.surroundings.gate.refusal(this.login);
    if (refusal) this.#refuse(refusal);
  }

  /** Drops everything on the open connection. */
  silence(): void {
    this.#messages.silence();
    this.#stop();
  }

  /** Sends half a message as a line. */
  garble(): void {
    this.#messages.write('{"op":"mcm","id":');
  }

  #receive(message: Message | undefined): void {
    if (this.#feeds.size === 0) this.#waitForMessage();
    if (message === undefined) return this.#refuse(UNREADABLE);
    if (!idOf(message)) return this.#refuse(UNREADABLE_ID);
    const { op } = message;
    if (op === 'authentication') return this.#authenticate(message);
    const subscription = SUBSCRIPTION_OPS.find((known) => known === op);
    if (op !== 'heartbeat' && !subscription) return this.#refuse(UNREADABLE, message);
    if (!this.login) return this.#refuse(NOT_AUTHENTICATED, message);
    const refusal = this.surroundings.gate.refusal(this.login);
    if (refusal) return this.#refuse(refusal, message);
    if (subscription) return this.#subscribe(subscription, message, this.login);
    this.#succeed(message);
  }

  #authenticate(message: Message): void {
    if (this.login) return this.#refuse(AUTHENTICATED_ALREADY, message);
    const outcome = this.surroundings.gate.authenticate(message, this.address);
    if ('errorCode' in outcome) return this.#refuse(outcome, message);
    this.login = outcome;
    const { connectionsAvailable } = outcome;
    this.#succeed(message, { connectionsAvailable });
  }

  #subscribe(op: SubscriptionOp, message: Message, { account }: StreamLogin): void {
    const { gate, desk, clock } = this.surroundings;
    const outcome = gate.plannedRefusal('subscription') ?? desk.open(op, message, account.username);
    if ('errorCode' in outcome) return this.#refuse(outcome, message);
    this.#idle?.cancel();
    this.#succeed(message);
    this.#feeds.get(op)?.stop();
    const feed = new ChangeFeed(outcome, this, clock);
    this.#feeds.set(op, feed);
    feed.look();
  }

  #succeed(message: Message, details: Partial<StreamStatus> = {}): void {
    this.#answer(message, { statusCode: 'SUCCESS', connectionClosed: false, ...details });
  }

  #refuse(refusal: StreamRefusal, message: Message = {}): void {
    if (this.#isClosed) return;
    const connectionClosed = refusal.errorCode !== 'SUBSCRIPTION_LIMIT_EXCEEDED';
    const { id: connectionId } = this;
    this.#answer(message, { statusCode: 'FAILURE', ...refusal, connectionClosed, connectionId });
    if (!connectionClosed) return;
    this.#stop();
    this.login = undefined;
    this.#messages.end();
  }

  #answer(message: Message, details: Omit<StreamStatus, 'op' | 'id'>): void {
    this.#messages.send({ op: 'status', ...idOf(message), ...details });
  }

  #waitForMessage(): void {
    this.#idle?.cancel();
    const { clock } = this.surroundings;
    this.#idle = clock.timer(() => this.#refuse(IDLE_TOO_LONG), UNSUBSCRIBED_TIMEOUT_MS);
  }

  /** Stops changes, and cancels all timers. */
  #stop(): void {
    this.#isClosed = true;
    this.#idle?.cancel();
    for (const feed of this.#feeds.values()) feed.stop();
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
const UNREADABLE_ID: StreamRefusal = {
  errorCode: 'INVALID_INPUT',
  errorMessage: 'The id of a message is a whole number of 32 bits',
};
const NOT_AUTHENTICATED: StreamRefusal = {
  errorCode: 'NOT_AUTHORIZED',
  errorMessage: 'The connection is not authenticated',
};
const AUTHENTICATED_ALREADY: StreamRefusal = {
  errorCode: 'INVALID_REQUEST',
  errorMessage: 'The connection is authenticated already; a new session needs a new connection',
};
