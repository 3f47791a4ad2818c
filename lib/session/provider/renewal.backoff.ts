import type { Clock } from '../../common/clock.js';
import { jittered } from '../../common/pauses.js';

/** Before the jitter, which makes of them 1 s and 1 min at the most. */
const SHORTEST_MS = 800;
const LONGEST_MS = 48_000;
/** Share of the time that renewals have failed already. Jittered, an outage costs at most a quarter more when it is over. */
const SHARE = 1 / 5;

/**
 * The wait after failed renewals: it grows with the time that they have failed, up to a minute, and is jittered so that
 * processes do not fail in step. It belongs to the service, not to one renewal, and only a success
 * ends it.
 */
export class RenewalBackoff {
  #failingSince: number | undefined;
  #until = 0;
  #error: unknown;

  constructor(private readonly clock: Clock) {}

  /** Throws the last error while the wait lasts: asking again at once would not help. */
  throwIfWaiting(): void {
    if (this.#failingSince !== undefined && this.clock.monotonic() < this.#until) throw this.#error;
  }

  /** Notes a failure, after which the wait is not longer than `longest` milliseconds. */
  failed(error: unknown, longest = Infinity): void {
    const now = this.clock.monotonic();
    this.#failingSince ??= now;
    const share = (now - this.#failingSince) * SHARE;
    const grown = Math.min(Math.max(SHORTEST_MS, share), LONGEST_MS);
    const wait = Math.min(jittered(this.clock, grown), longest);
    this.#error = error;
    this.#until = now + wait;
  }

  /** Notes a failure that only a person ends, after which the wait is `ms`. */
  hold(error: unknown, ms: number): void {
    this.failed(error);
    this.#until = this.clock.monotonic() + ms;
  }

  /** Ends the wait. */
  reset(): void {
    this.#failingSince = undefined;
    this.#error = undefined;
  }
}
