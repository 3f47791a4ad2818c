import type { Clock } from '../../common/clock.js';
import { jittered } from '../../common/pauses.js';

/** Bounds of the wait before the jitter, which raises them to at most 1 s and 1 min. */
const SHORTEST_WAIT_MS = 800;
const LONGEST_WAIT_MS = 48_000;
/** Share of the outage so far that one wait takes; with the jitter at most a quarter. */
const SHARE_OF_OUTAGE = 1 / 5;

/**
 * Wait after failed renewals. It grows with the length of the outage, up to a minute, and is jittered so that processes
 * do not retry in step. It outlives a single renewal: only a success ends it.
 */
export class RenewalBackoff {
  #failingSince: number | undefined;
  #until = 0;
  #error: unknown;

  constructor(private readonly clock: Clock) {}

  /** Error of the last renewal, until one succeeds. */
  get error(): unknown {
    return this.#error;
  }

  /** Throws the last error until the wait is over. */
  throwIfWaiting(): void {
    if (this.#failingSince !== undefined && this.clock.monotonic() < this.#until) throw this.#error;
  }

  /** Notes a failure, after which the wait is not longer than `longest` milliseconds. */
  failed(error: unknown, longest = Infinity): void {
    const now = this.clock.monotonic();
    this.#failingSince ??= now;
    const share = (now - this.#failingSince) * SHARE_OF_OUTAGE;
    const grown = Math.min(Math.max(SHORTEST_WAIT_MS, share), LONGEST_WAIT_MS);
    const wait = Math.min(jittered(this.clock, grown), longest);
    this.#error = error;
    this.#until = now + wait;
  }

  /** Notes a failure that only a person can end, after which the wait is `ms`. */
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
