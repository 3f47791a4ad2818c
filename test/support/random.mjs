/** Numbers that are the same again for the same seed. */
export class SeededRandom {
  #state;

  /** @param {number} seed */
  constructor(seed) {
    this.#state = seed;
  }

  /** From 0 up to, not including, 1. */
  next = () => {
    // Mulberry32.
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };

  /** @param {number} probability */
  chance(probability) {
    return this.next() < probability;
  }

  /**
   * A whole number, both ends included.
   *
   * @param {number} least
   * @param {number} most
   */
  between(least, most) {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  /**
   * @template T
   * @param {readonly [T, ...T[]]} choices
   * @returns {T}
   */
  pick(choices) {
    return choices[Math.floor(this.next() * choices.length)] ?? choices[0];
  }
}

/**
 * The seed in that environment variable, so that a run can be repeated, or any.
 *
 * @param {string} variable
 */
export function seedFrom(variable) {
  return Number(process.env[variable] ?? Date.now() % 1_000_000);
}
