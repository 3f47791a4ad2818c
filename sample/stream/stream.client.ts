import type { ConnectionOptions } from 'node:tls';
import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { type BetfairSession, SessionService } from 'nestjs-betfair-session';
import {
  defer,
  filter,
  finalize,
  type Observable,
  retry,
  Subscription,
  switchMap,
  tap,
  timer,
} from 'rxjs';
import { plain, SessionRefused, type StreamMessage, streamMessages } from './stream.connection.js';

/** Where the Stream API is: `{ host: 'stream-api.betfair.com', port: 443 }`. */
export const STREAM_ADDRESS = Symbol('STREAM_ADDRESS');

/** What to subscribe to on every new connection. */
const SUBSCRIPTIONS = [{ op: 'orderSubscription' }];

/** Keeps one connection to the Stream API, authenticated with the current session. */
@Injectable()
export class StreamClient implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #logger = new Logger(StreamClient.name);
  #connectionId: string | undefined;
  #running = Subscription.EMPTY;

  constructor(
    private readonly sessions: SessionService,
    @Inject(STREAM_ADDRESS) private readonly address: ConnectionOptions,
  ) {}

  get status(): { readonly connected: boolean; readonly connectionId?: string | undefined } {
    const connectionId = this.#connectionId;
    return { connected: connectionId !== undefined, connectionId };
  }

  onApplicationBootstrap(): void {
    this.#running = defer(() => this.sessions.getSession())
      .pipe(
        switchMap(() => this.sessions.session$),
        // A new session ends the connection of the old one.
        switchMap((session) => this.#connect(session)),
        tap((message) => this.#receive(message)),
        // Data, or an answered heartbeat, is a success; an authentication alone is not, for a refusal may follow it.
        filter(({ op, id }) => op !== 'status' || id === 0),
        retry({ delay: (error, failures) => this.#recover(error, failures), resetOnSuccess: true }),
      )
      .subscribe();
  }

  onModuleDestroy(): void {
    this.#running.unsubscribe();
  }

  #connect(session: BetfairSession): Observable<StreamMessage> {
    return streamMessages(this.address, session, SUBSCRIPTIONS).pipe(
      finalize(() => (this.#connectionId = undefined)),
    );
  }

  #receive(message: StreamMessage): void {
    const { op, id, statusCode, errorCode, connectionId } = message;
    if (op === 'status' && id === 1) {
      this.#connectionId = plain(connectionId);
      this.#logger.log(`Stream ${this.#connectionId} is authenticated.`);
    }
    if (statusCode === 'FAILURE') this.#logger.warn(`Refused: ${plain(errorCode)}.`);
    // Market and order changes (mcm, ocm) arrive here.
  }

  /** A refused session is replaced, at once. Everything else says nothing about the session, and is waited for. */
  #recover(cause: unknown, failures: number): Observable<unknown> {
    const wait = Math.min(60_000, 1_000 * 2 ** (failures - 1)) * (0.5 + Math.random() / 2);
    if (cause instanceof SessionRefused) {
      this.#logger.log('The session of the stream has ended.');
      // Where one new session after another is refused, more logins are no cure.
      return timer(failures > 1 ? wait : 0).pipe(
        // Should that fail, so does the next attempt, and waits.
        switchMap(() => this.sessions.refresh(cause.session).catch(() => undefined)),
      );
    }
    const reason = cause instanceof Error ? cause.message : 'The stream failed.';
    this.#logger.warn(`${reason} Connecting again in ${Math.round(wait)} ms.`);
    return timer(wait);
  }
}
