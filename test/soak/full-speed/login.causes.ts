import type { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { Tally } from '../report.js';

/** What called for logins. Each account logs in no more often than something called for it. */
export class LoginCauses {
  readonly seen = new Tally();
  readonly #own = new Map<string, number>();
  #anyones = 0;

  constructor(
    private readonly simulator: BetfairSimulator,
    private readonly usernames: readonly string[],
  ) {
    for (const username of usernames) this.#own.set(username, 1);
  }

  /** This account has lost its session. */
  of(username: string, what: string): void {
    this.seen.add(what);
    this.#own.set(username, this.#ownOf(username) + 1);
  }

  /** Some account has, or none: it is not known which. */
  ofAny(what: string): void {
    this.seen.add(what);
    this.#anyones += 1;
  }

  /** Ends the sessions of an account, if it has any. */
  endSessions(username: string): void {
    if (this.simulator.liveTokens(username).length === 0) return;
    this.simulator.endSessions(username);
    this.of(username, 'session ended');
  }

  logins(username: string): number {
    return this.simulator.account(username).logins;
  }

  /** Logins that may have been called for. */
  get most(): number {
    return [...this.#own.values()].reduce((sum, own) => sum + own, this.#anyones);
  }

  /** The accounts that logged in more often than they had causes of their own; empty if it is within what any may. */
  get unfounded(): readonly string[] {
    let left = this.#anyones;
    const excess = this.usernames.flatMap((username) => {
      const [logins, own] = [this.logins(username), this.#ownOf(username)];
      left -= Math.max(0, logins - own);
      return logins > own ? [`${username} made ${logins} logins, and had ${own} causes`] : [];
    });
    return left < 0 ? excess : [];
  }

  #ownOf(username: string): number {
    return this.#own.get(username) ?? 0;
  }
}
