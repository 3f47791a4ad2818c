import { Injectable } from '@nestjs/common';
import { type SessionEvent, SessionService } from 'nestjs-betfair-session';
import { BetfairStream, type StreamStatus } from 'nestjs-betfair-session/stream';
import { Subject } from 'rxjs';
import { reasonOf, type Troubles } from './verdict.js';
import type { EventView, Level } from './view.js';

const KEPT_EVENTS = 20;

const TEXTS = {
  loggedIn: ['good', 'Logged in to Betfair.'],
  resumed: ['good', 'Resumed the stored session, without a login.'],
  keptAlive: ['good', 'Extended the session.'],
  rejected: ['watch', 'Betfair rejected the session; renewing it.'],
  waitingForLogin: ['watch', 'Another process is logging in; waiting for its session.'],
  loginBlocked: ['act', 'Logins are held back.'],
  renewalFailed: ['act', 'No session was obtained.'],
  storageDegraded: ['act', 'The store fails.'],
  loginUnblocked: ['good', 'Logins are allowed again.'],
  storageRecovered: ['good', 'The store works again.'],
  loggedOut: ['watch', 'Logged out of Betfair.'],
} as const;

/** Keeps the last events, and the errors that still hold. */
@Injectable()
export class EventJournal {
  /** Emits after every change. */
  readonly changes$ = new Subject<void>();
  readonly events: EventView[] = [];
  troubles: Troubles = {};
  #stream: StreamStatus | undefined;

  constructor(sessions: SessionService, stream: BetfairStream) {
    sessions.events$.subscribe((event) => this.#noteSession(event));
    stream.status$.subscribe(([status]) => this.#noteStream(status));
  }

  #noteSession(event: SessionEvent): void {
    this.troubles = troublesAfter(event, this.troubles);
    const [level, text] = TEXTS[event.type];
    this.#add(event.at, level, 'error' in event ? `${text} ${reasonOf(event.error)}` : text);
  }

  #noteStream(status: StreamStatus | undefined): void {
    if (status === undefined || status.state === this.#stream?.state) return;
    this.#stream = status;
    const { error, since, state } = status;
    if (state === 'subscribed') this.#add(since, 'good', 'Prices arrive.');
    if (state === 'waiting')
      this.#add(since, 'watch', `Prices stopped. ${error ? reasonOf(error) : ''}`);
  }

  #add(at: Date, level: Level, text: string): void {
    this.events.unshift({ at, level, text });
    this.events.splice(KEPT_EVENTS);
    this.changes$.next();
  }
}

function troublesAfter(event: SessionEvent, troubles: Troubles): Troubles {
  switch (event.type) {
    case 'loginBlocked':
      return { ...troubles, logins: event.error };
    case 'loginUnblocked':
      return { ...troubles, logins: undefined };
    case 'renewalFailed':
      return { ...troubles, renewal: event.error };
    case 'storageDegraded':
      return { ...troubles, store: event.error };
    case 'storageRecovered':
      return { ...troubles, store: undefined };
    case 'loggedIn':
    case 'resumed':
    case 'keptAlive':
      return { ...troubles, renewal: undefined };
    case 'rejected':
    case 'waitingForLogin':
    case 'loggedOut':
      return troubles;
  }
}
