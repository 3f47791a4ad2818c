import type { Clock } from '../../common/clock.js';
import { jittered, Pauses } from '../../common/pauses.js';

/** Milliseconds between failed attempts: 0.5 to 60 s, including the jitter. */
const RETRY_PAUSES = { first: 1_000, longest: 40_000, jitter: 0.5 };
/** Milliseconds, before the jitter, if trying again soon does not help. */
const LONG_PAUSE_MS = 40_000;
/** Milliseconds after which a connection counts as a success, so that pauses are short again. */
const SUCCESS_MS = 2_000;

/** Decides how long to wait between two connections to the stream. */
export class ReconnectPauses {
  readonly #pauses: Pauses;
  #isHurried = false;

  constructor(private readonly clock: Clock) {
    this.#pauses = new Pauses(clock, RETRY_PAUSES);
  }

  /** True if the last attempt was made without a pause, and failed. */
  get isHurried(): boolean {
    return this.#isHurried;
  }

  /** Notes for how long the last connection served its subscription. */
  noteServed(ms: number): void {
    if (ms < SUCCESS_MS) return;
    this.#pauses.reset();
    this.#isHurried = false;
  }

  /**
   * Returns the milliseconds before the next attempt.
   *
   * @param isMended - the cause is removed, so that the next attempt may work at once
   * @param isLasting - trying again soon does not help
   */
  next({ isMended, isLasting }: { isMended: boolean; isLasting: boolean }): number {
    const isAtOnce = isMended && !this.#isHurried;
    this.#isHurried = isMended;
    if (isAtOnce) return 0;
    return isLasting
      ? jittered(this.clock, LONG_PAUSE_MS, RETRY_PAUSES.jitter)
      : this.#pauses.next();
  }
}
