import type { TLSSocket } from 'node:tls';
import type { BetfairSession } from '../../betfair-session.js';
import type { Clock, ClockTimer } from '../../common/clock.js';
import { endAfter } from '../../common/deadline.js';
import { closeSocket } from '../../common/http/spare-socket.js';
import { isRecord } from '../../common/unknown-values.js';
import type { BetfairStreamError } from '../../errors/index.js';
import { LineReader } from './line.reader.js';
import { SilenceWatch } from './silence.watch.js';
import { lost } from './stream.losses.js';
import {
  type ChangeMessage,
  type StreamPosition,
  SUBSCRIPTION_ID,
} from '../protocol/stream.position.js';
import { refusal } from '../protocol/stream.refusals.js';

export interface StreamConnectionDetails {
  readonly clock: Clock;
  readonly session: BetfairSession;
  readonly position: StreamPosition;
  readonly heartbeatMs: number;
  readonly onAuthenticated: () => void;
  /** Called once, after {@link onChange}: missed changes have arrived, and new ones follow. */
  readonly onServed: (connectionId: string | undefined) => void;
  readonly onChange: (message: ChangeMessage) => void;
  /** Called regularly while messages arrive. */
  readonly onAlive: () => void;
  /** Called once, unless {@link StreamConnection.close} ended it. */
  readonly onEnd: (error: BetfairStreamError) => void;
}

type Step = 'greeting' | 'authentication' | 'subscription' | 'changes';

const AUTHENTICATION_ID = 1;
/** Milliseconds from the open connection to the answer to the subscription. */
const START_TIMEOUT_MS = 10_000;
/** Codes that say something about the session. */
const SESSION_CODES = ['INVALID_SESSION_INFORMATION', 'NO_SESSION'];
/** Form of the connection ids that are shown. */
const CONNECTION_ID = /^[\d-]{1,40}$/;

/** One connection to the Stream API: authenticates, subscribes, passes changes on, and detects its own end. */
export class StreamConnection {
  readonly #lines = new LineReader((line) => this.#receive(line));
  #step: Step = 'greeting';
  #connectionId: string | undefined;
  #isServed = false;
  #isEnded = false;
  readonly #silence: SilenceWatch;
  /** Ends the wait for the answer to the subscription. */
  readonly #start: Pick<ClockTimer, 'cancel'>;

  constructor(
    private readonly socket: TLSSocket,
    private readonly details: StreamConnectionDetails,
  ) {
    const { clock, heartbeatMs, onAlive } = details;
    this.#silence = new SilenceWatch(clock, heartbeatMs, {
      onAlive,
      onSilence: () => this.#lost('stopped sending messages'),
    });
    this.#start = endAfter(clock, START_TIMEOUT_MS, () =>
      this.#lost(`did not answer within ${START_TIMEOUT_MS / 1_000} s`),
    );
    socket.on('error', (error) => this.#lost('broke the connection', error));
    socket.on('close', () => this.#lost('closed the connection'));
    socket.setEncoding('utf8').on('data', (text: string) => this.#read(text));
  }

  close(): void {
    this.#isEnded = true;
    this.#start.cancel();
    this.#silence.stop();
    closeSocket(this.socket);
  }

  #read(text: string): void {
    this.#silence.noteBytes();
    try {
      this.#lines.read(text);
    } catch (error) {
      // The stream cannot be continued from here, so the next connection begins with an image.
      this.details.position.reset();
      this.#lost('sent a message that cannot be read', error);
    }
  }

  #receive(line: string): void {
    if (this.#isEnded) return;
    const message: unknown = JSON.parse(line);
    if (!isRecord(message)) throw new TypeError('A message is not an object.');
    const { op } = message;
    if (op === 'mcm' || op === 'ocm') this.#change(message);
    else if (op === 'status') this.#status(message);
    else if (op === 'connection' && this.#step === 'greeting') this.#greeted(message);
  }

  #greeted({ connectionId }: Readonly<Record<string, unknown>>): void {
    const isShown = typeof connectionId === 'string' && CONNECTION_ID.test(connectionId);
    this.#connectionId = isShown ? connectionId : undefined;
    this.#step = 'authentication';
    this.#send(this.details.session.streamAuthentication({ id: AUTHENTICATION_ID }));
  }

  #status(message: Readonly<Record<string, unknown>>): void {
    const { id, statusCode, connectionClosed } = message;
    if (statusCode !== 'SUCCESS' || connectionClosed === true) return this.#refused(message);
    if (this.#step === 'authentication' && id === AUTHENTICATION_ID) {
      this.details.onAuthenticated();
      this.#step = 'subscription';
      this.#send(this.details.position.subscribe());
    } else if (this.#step === 'subscription' && id === SUBSCRIPTION_ID) {
      this.#step = 'changes';
      this.#start.cancel();
      this.#silence.start();
    }
  }

  #change(message: Readonly<Record<string, unknown>>): void {
    const { position, onChange, onServed } = this.details;
    const { heartbeatMs } = message;
    if (typeof heartbeatMs === 'number') this.#silence.expect(heartbeatMs);
    const change = position.take(message);
    if (!change) return;
    onChange(change);
    if (!position.isCurrent) return;
    this.#silence.noteMessage();
    if (this.#isServed || this.#isEnded) return;
    this.#isServed = true;
    onServed(this.#connectionId);
  }

  #refused(message: Readonly<Record<string, unknown>>): void {
    const { token, applicationKey } = this.details.session;
    const error = refusal(message, [token, applicationKey]);
    // Before the authentication, such a code is not about this session.
    const isAboutSession = SESSION_CODES.some((code) => code === error.errorCode);
    if (this.#step === 'greeting' && isAboutSession)
      this.#lost('refused a session before it was sent');
    else this.#end(error);
  }

  #send(message: object): void {
    this.socket.write(`${JSON.stringify(message)}\r\n`);
  }

  #lost(how: string, cause?: unknown): void {
    if (this.#isEnded) return;
    this.#end(lost(how, cause));
  }

  #end(error: BetfairStreamError): void {
    this.close();
    this.details.onEnd(error);
  }
}
