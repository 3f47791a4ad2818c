const FIRST_MS = 100;
const LONGEST_MS = 2_000;
const GROWTH = 2.5;

/** Milliseconds between two looks at what another process does: growing, and jittered, so that a fleet does not look in step. */
export class GrowingPause {
  #next = FIRST_MS;

  next(): number {
    const pause = this.#next * (0.75 + Math.random() / 2);
    this.#next = Math.min(this.#next * GROWTH, LONGEST_MS);
    return pause;
  }
}
