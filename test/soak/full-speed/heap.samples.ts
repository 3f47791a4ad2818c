import { setTimeout } from 'node:timers/promises';
import type { Invariants } from '../../support/invariants/invariants.js';
import { heapInUse, megabytes } from '../report.js';

const SAMPLES = 25;

/** The heap in use, from the beginning to the end. */
export class HeapSamples {
  readonly #samples: number[] = [];

  async take(ms: number, invariants: Invariants, isRunning: () => boolean): Promise<void> {
    while (isRunning()) {
      await setTimeout(ms / SAMPLES);
      // What they keep grows with what happens, and is no part of what is measured.
      invariants.lookAndForget();
      this.#samples.push(heapInUse());
    }
  }

  /** The least in the first fifth, and in the last. */
  get #ends(): readonly [number, number] {
    const fifth = Math.floor(this.#samples.length / 5);
    const [first, last] = [this.#samples.slice(0, fifth), this.#samples.slice(-fifth)];
    return [Math.min(...first), Math.min(...last)];
  }

  get growth(): number {
    const [first, last] = this.#ends;
    return last - first;
  }

  toString(): string {
    return this.#ends.map(megabytes).join(', ');
  }
}
