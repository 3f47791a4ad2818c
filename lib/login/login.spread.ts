import type { Clock } from '../common/clock.js';
import { sleep } from '../common/deadline.js';

/**
 * Spreads the logins of processes that cannot see each other, because their store is out of reach, over some
 * time.
 */
export class LoginSpread {
  #isDone = false;

  constructor(
    private readonly clock: Clock,
    /** Milliseconds. */
    private readonly longest: number,
  ) {}

  /** Waits a random time: once, however often the store fails, since once is enough to set processes apart. */
  async wait(signal: AbortSignal): Promise<void> {
    if (this.#isDone) return;
    this.#isDone = true;
    await sleep(this.clock, this.clock.random() * this.longest, signal);
  }
}
