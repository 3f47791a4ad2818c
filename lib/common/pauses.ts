import type { Clock } from './clock.js';
import { sleep } from './deadline.js';

/** Growth of pauses, in milliseconds without the random part. */
export interface Growth {
  readonly first: number;
  /** Longest pause. Default: no limit. */
  readonly longest?: number;
  /** Factor from one pause to the next. Default 2. */
  readonly factor?: number;
  /** Largest part by which a pause is randomly shorter or longer. Default a quarter. */
  readonly jitter?: number;
}

/** Pauses between checks of the work of another process. Five of them take over 5 s, as long as a slow login. */
export const LOOKS: Growth = { first: 100, factor: 3.5, longest: 2_000, jitter: 0.1 };

/** Growing pauses between attempts. They are random, so that processes do not act at the same time. */
export class Pauses {
  #next: number;

  constructor(
    private readonly clock: Clock,
    private readonly growth: Growth,
  ) {
    this.#next = growth.first;
  }

  /** Milliseconds of the next pause. */
  next(): number {
    const { factor = 2, longest = Infinity, jitter } = this.growth;
    const pause = jittered(this.clock, this.#next, jitter);
    this.#next = Math.min(this.#next * factor, longest);
    return pause;
  }

  /** Waits for the next pause, or until `signal` aborts, which rejects. */
  wait(signal?: AbortSignal): Promise<void> {
    return sleep(this.clock, this.next(), signal);
  }

  /** Starts again with the first pause, after a success. */
  reset(): void {
    this.#next = this.growth.first;
  }
}

/** Random time that differs from `ms` by at most that part. */
export function jittered(clock: Clock, ms: number, part = 0.25): number {
  return ms * (1 - part + clock.random() * 2 * part);
}
