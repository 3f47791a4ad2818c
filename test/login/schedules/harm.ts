import type { PlayedProcess } from './played.process.js';

/** How much may go wrong in one schedule. */
export interface Bounds {
  /** Crashes, pauses, and operations that fail or whose answer is lost. */
  readonly faults: number;
  /** Times that time passes although an operation is under way. */
  readonly delays: number;
  /** Times that a process waits for another although it could go on. */
  readonly switches: number;
}

/** Keeps the books of what went wrong in one schedule. */
export class Harm {
  /** Faults and delays so far, and operations that ran out of time. */
  faults = 0;
  /** Logins that may have been in vain because of them. */
  vainLogins = 0;
  /** Whether something may have happened that nobody waited for any more. */
  hadStrays = false;
  #left: Bounds;

  constructor(bounds: Bounds) {
    this.#left = bounds;
  }

  get left(): Bounds {
    return this.#left;
  }

  spend(bound: keyof Bounds): void {
    this.#left = { ...this.#left, [bound]: this.#left[bound] - 1 };
  }

  /** Allows nothing more. */
  end(): void {
    this.#left = { faults: 0, delays: 0, switches: Infinity };
  }

  hit(process: PlayedProcess): void {
    this.faults += 1;
    process.wasHit = true;
  }

  /** Counts the login of this process, if it has one that is not stored, as one in vain. */
  writeOff(process: PlayedProcess): void {
    if (process.isExposed) this.vainLogins += 1;
    process.isExposed = false;
  }

  get state(): readonly unknown[] {
    return [this.faults, this.vainLogins, this.hadStrays, this.#left];
  }
}
