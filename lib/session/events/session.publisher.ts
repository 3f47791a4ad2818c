import { defer, type Observable, startWith, Subject } from 'rxjs';
import type { Clock } from '../../common/clock.js';
import type { BetfairSession } from '../../betfair-session.js';
import type { SessionEvent, SessionEventDetails } from './session.events.js';

/** Tells the application, and our own log, what happens to the session of one account. */
export class SessionPublisher {
  readonly #events = new Subject<SessionEvent>();
  readonly #sessions = new Subject<BetfairSession>();

  constructor(private readonly clock: Clock) {}

  get events$(): Observable<SessionEvent> {
    return this.#events.asObservable();
  }

  /** Every new session, beginning with the one that `current` names at the time of subscription. */
  sessions$(current: () => BetfairSession | undefined): Observable<BetfairSession> {
    return defer(() => {
      const session = current();
      return session ? this.#sessions.pipe(startWith(session)) : this.#sessions.asObservable();
    });
  }

  publish(event: SessionEventDetails): void {
    this.#events.next({ ...event, at: new Date(this.clock.wall()) });
  }

  /** Publishes a session that is new to this process, and how it was had. */
  announce(session: BetfairSession, type: 'resumed' | 'loggedIn'): void {
    this.publish({ type, generation: session.generation });
    this.#sessions.next(session);
  }

  complete(): void {
    this.#events.complete();
    this.#sessions.complete();
  }
}
