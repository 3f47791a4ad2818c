import type { LoginReply } from '../../../lib/identity/identity-reply.js';

const REPLIES = {
  refused: { type: 'refused', code: 'INVALID_USERNAME_OR_PASSWORD', kind: 'credentials' },
  banned: { type: 'banned' },
} as const satisfies Record<string, LoginReply>;

/** What Betfair says to logins. */
export type Answer = 'accepted' | keyof typeof REPLIES;

/** Betfair, as far as sessions of one account are concerned. */
export class PlayedBetfair {
  readonly live = new Set<string>();
  /** Logins that arrived. */
  attempts = 0;
  /** Logins that made a session. */
  logins = 0;
  /** Milliseconds between two of these at the least. */
  shortestGap = Infinity;
  #latest = -Infinity;

  constructor(public answer: Answer) {}

  logIn(now: number): LoginReply {
    this.attempts += 1;
    if (this.answer !== 'accepted') return REPLIES[this.answer];
    this.logins += 1;
    this.shortestGap = Math.min(this.shortestGap, now - this.#latest);
    this.#latest = now;
    const token = `TOKEN-${this.logins}`;
    this.live.add(token);
    return { type: 'loggedIn', token };
  }

  get state(): string {
    return [...this.live, this.attempts, this.answer, this.shortestGap, this.#latest].join();
  }
}
