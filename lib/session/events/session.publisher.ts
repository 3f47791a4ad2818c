import { defer, type Observable, startWith, Subject } from 'rxjs';
import type { Clock } from '../../common/clock.js';
import type { BetfairSession } from '../../betfair-session.js';
import type { SessionEvent, SessionEventDetails } from './session.events.js';

/** Publishes the events and the new sessions of one account. */
export class SessionPublisher {
  readonly #events = new Subject<SessionEvent>();
  readonly #sessions = new Subject<BetfairSession>();

  constructor(private readonly clock: Clock) {}

  get events$(): Observable<SessionEvent> {
    return this.#events.asObservable();
  }

  /** Emits every new session, beginning with the current one at the time of subscription. */
  sessions$(current: () => BetfairSession | undefined): Observable<BetfairSession> {
    return defer(() => {
      const session = current();
      return session ? this.#sessions.pipe(startWith(session)) : this.#sessions.asObservable();
    });
  }

  publish(event: SessionEventDetails): void {
    this.#events.next({ ...event, at: new Date(this.clock.wall()) });
  }

  /** Publishes a session that is new to this process. */
  announce(session: BetfairSession, type: 'resumed' | 'loggedIn'): void {
    this.publish({ type, generation: session.generation });
    this.#sessions.next(session);
  }

  complete(): void {
    this.#events.complete();
    this.#sessions.complete();
  }
}
