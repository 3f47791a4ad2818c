import type { Clock } from './clock.js';
import { sleep } from './deadline.js';

/** How pauses grow, in milliseconds before they are jittered. */
export interface Growth {
  readonly first: number;
  /** Default: they grow on. */
  readonly longest?: number;
  /** Each pause is that many times the one before. Default 2. */
  readonly factor?: number;
  /** The part of itself by which a pause is shorter or longer at most. Default a quarter. */
  readonly jitter?: number;
}

/** Between two looks at what another process does: five of them take over 5 s, as long as a slow login. */
export const LOOKS: Growth = { first: 100, factor: 3.5, longest: 2_000, jitter: 0.1 };

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
    const { factor = 2, longest = Infinity, jitter } = this.growth;
    const pause = jittered(this.clock, this.#next, jitter);
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

/** A random time within that part of `ms`, on either side. */
export function jittered(clock: Clock, ms: number, part = 0.25): number {
  return ms * (1 - part + clock.random() * 2 * part);
}
