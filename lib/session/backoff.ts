import type { Clock } from '../common/clock.js';

const SHORTEST = 1_000;
const LONGEST = 60_000;

/**
 * The wait after failed renewals: 1 s, doubling to 60 s, each jittered down by up to a half so that processes do not
 * fail in step. It belongs to the service, not to one renewal, and only a success ends it.
 */
export class Backoff {
  #failures = 0;
  #until = 0;
  #error: unknown;

  constructor(private readonly clock: Clock) {}

  /** Throws the last error while the wait lasts: asking again at once would not help. */
  throwIfWaiting(): void {
    if (this.#failures > 0 && this.clock.monotonic() < this.#until) throw this.#error;
  }

  /** Notes a failure; `wait` replaces the growing wait where the error itself says how long it lasts. */
  failed(error: unknown, wait?: number): void {
    const grown = Math.min(LONGEST, SHORTEST * 2 ** Math.min(this.#failures, 16));
    this.#failures += 1;
    this.#error = error;
    this.#until = this.clock.monotonic() + (wait ?? grown * (0.5 + Math.random() / 2));
  }

  /** Ends the wait. */
  reset(): void {
    this.#failures = 0;
    this.#error = undefined;
  }
}
