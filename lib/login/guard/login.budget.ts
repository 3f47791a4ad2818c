import type { Clock } from '../../common/clock.js';

const MINUTE = 60_000;
/** Most logins in a minute. Betfair bans at 100 and writes to users who log in too often below that. */
const MINUTELY = 5;
/** Most logins at a stretch; each comes back after a while, so that a long outage is not followed by a long wait. */
const STRETCH = { logins: 20, comesBackIn: 3 * MINUTE };

/** Counts the logins of this process that succeeded or may have. */
export class LoginBudget {
  /** Monotonic times of the latest ones. */
  #spent: readonly number[] = [];
  /** Monotonic time at which all of a stretch will have come back. */
  #restored = -Infinity;

  constructor(private readonly clock: Clock) {}

  /** Milliseconds until a login is within the budget. */
  get wait(): number {
    const now = this.clock.monotonic();
    const oldest = this.#spent.at(-MINUTELY) ?? -Infinity;
    const nextOfStretch = this.#restored - (STRETCH.logins - 1) * STRETCH.comesBackIn;
    return Math.max(0, oldest + MINUTE - now, nextOfStretch - now);
  }

  spend(): void {
    const now = this.clock.monotonic();
    this.#spent = [...this.#spent, now].slice(-MINUTELY);
    this.#restored = Math.max(this.#restored, now) + STRETCH.comesBackIn;
  }

  reset(): void {
    this.#spent = [];
    this.#restored = -Infinity;
  }
}
