import { setTimeout } from 'node:timers/promises';

/** Counts operations, and how often somebody waited for one; operations in flight together are one wait. */
export class Meter {
  operations = 0;
  waits = 0;
  /** Waits that are over. */
  #over = 0;

  /** @param latencyMs added to each operation, in milliseconds */
  constructor(latencyMs = 0) {
    this.latencyMs = latencyMs;
  }

  async run(operation) {
    this.operations += 1;
    const wait = this.#over + 1;
    this.waits = Math.max(this.waits, wait);
    if (this.latencyMs > 0) await setTimeout(this.latencyMs);
    try {
      return await operation();
    } finally {
      this.#over = Math.max(this.#over, wait);
    }
  }
}
