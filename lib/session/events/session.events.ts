import type { BetfairSessionError } from '../../errors/index.js';

/** Event in the life of the session of one account. No event carries a secret. */
export type SessionEvent = {
  /** Time of the event. */
  readonly at: Date;
} & (
  | {
      /** A stored session was validated and adopted, a login gave a new one, or keepAlive extended it. */
      readonly type: 'resumed' | 'loggedIn' | 'keptAlive';
      /** Generation of that session. */
      readonly generation: number;
    }
  | {
      /** Betfair rejected the session. */
      readonly type: 'rejected';
      /** Generation of that session. */
      readonly generation: number;
    }
  | {
      /** No session could be obtained, logins are blocked, or the store failed. */
      readonly type: 'renewalFailed' | 'loginBlocked' | 'storageDegraded';
      /** The reason. */
      readonly error: BetfairSessionError;
    }
  | {
      /** There is no session, and another process that shares the store is logging in. */
      readonly type: 'waitingForLogin';
      /** Milliseconds until this process logs in itself if the other one has stopped. */
      readonly longestWait: number;
    }
  | {
      /** Logins are allowed again, the store works again, or `logout()` ended the session. */
      readonly type: 'loginUnblocked' | 'storageRecovered' | 'loggedOut';
    }
);

type WithoutTime<Event> = Event extends unknown ? Omit<Event, 'at'> : never;

/** An event before it is published. */
export type SessionEventDetails = WithoutTime<SessionEvent>;

/** State of the session of one account, for health checks. */
export interface SessionStatus {
  /**
   * Readiness for the next call:
   *
   * - `'ready'`: a valid session is served.
   * - `'degraded'`: a valid session is served, but it is not stored, the store fails, or logins are blocked.
   * - `'blocked'`: there is no session and logins are blocked.
   * - `'empty'`: there is no session now; the next call gets one.
   */
  readonly state: 'empty' | 'ready' | 'degraded' | 'blocked';
  /** Time at which the session ends unless it is kept alive. */
  readonly expiresAt?: Date;
  /** Time from which logins are possible again; left out if a person must act. */
  readonly blockedUntil?: Date;
  /** `true` if the session in memory is known to be in the store. */
  readonly persisted: boolean;
}
