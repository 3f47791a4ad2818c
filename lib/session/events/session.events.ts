import type { BetfairSessionError } from '../../errors/index.js';

/** What happened to the session of one account. No event carries a secret. */
export type SessionEvent = {
  /** When it happened. */
  readonly at: Date;
} & (
  | {
      /** A stored session was validated and adopted, or a login gave a new one, or keepAlive extended it. */
      readonly type: 'resumed' | 'loggedIn' | 'keptAlive';
      /** Of that session. */
      readonly generation: number;
    }
  | {
      /** Betfair no longer takes this session. */
      readonly type: 'rejected';
      /** Of that session. */
      readonly generation: number;
    }
  | {
      /** No session could be had, logins are held back, or the store failed. */
      readonly type: 'renewalFailed' | 'loginBlocked' | 'storageDegraded';
      /** Why. */
      readonly error: BetfairSessionError;
    }
  | {
      /** There is no session, and another process, which shares the store, is logging in. */
      readonly type: 'waitingForLogin';
      /** Milliseconds after which this process logs in itself if the other one has stopped. */
      readonly longestWait: number;
    }
  | {
      /** Logins are held back no more, the store works again, or the session was ended by `logout()`. */
      readonly type: 'loginUnblocked' | 'storageRecovered' | 'loggedOut';
    }
);

type WithoutTime<Event> = Event extends unknown ? Omit<Event, 'at'> : never;

/** An event before it is published. */
export type SessionEventDetails = WithoutTime<SessionEvent>;

/** How well the account is served; made for health checks. */
export interface SessionStatus {
  /**
   * - `'ready'`: a valid session is served.
   * - `'degraded'`: a valid session is served, but it is not stored, the store fails, or logins are held back.
   * - `'blocked'`: there is no session and logins are held back.
   * - `'empty'`: there is no session yet, or none any more; the next call gets one.
   */
  readonly state: 'empty' | 'ready' | 'degraded' | 'blocked';
  /** When the session ends unless it is kept alive. */
  readonly expiresAt?: Date;
  /** When logins are possible again; left out where a person must act. */
  readonly blockedUntil?: Date;
  /** Whether the session in memory is known to be in the store. */
  readonly persisted: boolean;
}
