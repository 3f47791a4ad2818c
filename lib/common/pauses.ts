import type { Clock } from './clock.js';
import { sleep } from './deadline.js';

/** How pauses grow, in milliseconds. */
export interface Growth {
  readonly first: number;
  /** Default: they grow on. */
  readonly longest?: number;
  /** Each pause is that many times the one before. Default 2. */
  readonly factor?: number;
}

/** Between two looks at what another process does. */
export const LOOKS: Growth = { first: 100, factor: 2.5, longest: 2_000 };

/** Growing pauses between attempts or looks; random, so that processes do not act in step. */
export class Pauses {
  #next: number;

  constructor(
    private readonly clock: Clock,
    private readonly growth: Growth,
  ) {
    this.#next = growth.first;
  }

  /** The milliseconds of the next pause. */
  next(): number {
    const { factor = 2, longest = Infinity } = this.growth;
    const pause = jittered(this.clock, this.#next);
    this.#next = Math.min(this.#next * factor, longest);
    return pause;
  }

  /** Pauses, unless `signal` aborts, which rejects. */
  wait(signal?: AbortSignal): Promise<void> {
    return sleep(this.clock, this.next(), signal);
  }

  /** Begins again with the first pause, after a success. */
  reset(): void {
    this.#next = this.growth.first;
  }
}

/** A random time within a quarter of `ms`, on either side. */
export function jittered(clock: Clock, ms: number): number {
  return ms * (0.75 + clock.random() / 2);
}
