import type { Clock } from '../../common/clock.js';

const MINUTE_MS = 60_000;
/** Betfair bans at 100 logins in a minute, and writes to users who log in too often below that. */
const MAX_LOGINS_PER_MINUTE = 5;
/** Logins that may follow each other before the budget is spent. */
const MAX_LOGINS_IN_A_ROW = 20;
/** Milliseconds after which one of them is allowed again, so that a long outage is not followed by a long wait. */
const REFILL_INTERVAL_MS = 3 * MINUTE_MS;

/** Counts the logins of this process that succeeded or may have succeeded. */
export class LoginBudget {
  /** Monotonic times of the latest logins. */
  #spent: readonly number[] = [];
  /** Monotonic time at which the budget is full again. */
  #fullAt = -Infinity;

  constructor(private readonly clock: Clock) {}

  /** Milliseconds until a login is within the budget. */
  get wait(): number {
    const now = this.clock.monotonic();
    const oldest = this.#spent.at(-MAX_LOGINS_PER_MINUTE) ?? -Infinity;
    const nextRefill = this.#fullAt - (MAX_LOGINS_IN_A_ROW - 1) * REFILL_INTERVAL_MS;
    return Math.max(0, oldest + MINUTE_MS - now, nextRefill - now);
  }

  spend(): void {
    const now = this.clock.monotonic();
    this.#spent = [...this.#spent, now].slice(-MAX_LOGINS_PER_MINUTE);
    this.#fullAt = Math.max(this.#fullAt, now) + REFILL_INTERVAL_MS;
  }

  reset(): void {
    this.#spent = [];
    this.#fullAt = -Infinity;
  }
}
