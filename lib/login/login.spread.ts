import type { Clock } from '../common/clock.js';
import { sleep } from '../common/deadline.js';

/** Spreads the logins of processes over time if the store is unreachable, so that they cannot see each other. */
export class LoginSpread {
  #isDone = false;

  constructor(
    private readonly clock: Clock,
    private readonly longestMs: number,
  ) {}

  /** Waits a random time, at the first call only: once is enough to spread the processes. */
  async wait(signal: AbortSignal): Promise<void> {
    if (this.#isDone) return;
    this.#isDone = true;
    await sleep(this.clock, this.clock.random() * this.longestMs, signal);
  }
}
