import { abortable } from '../common/deadline.js';
import type { Clock, ClockTimer } from '../common/clock.js';
import { BetfairSessionError } from '../errors/index.js';

/** The real `setImmediate`, also if a test installs fake timers later. */
const nextTurn = setImmediate;

/** Milliseconds from the first shutdown hook until work and requests in flight are aborted. */
const WORK_TIME_MS = 5_000;

/** Aborts everything in flight of one account when its time at shutdown is over. */
export class ShutdownDeadline {
  /** Error of all work that is aborted or requested after the deadline. */
  readonly closed = new BetfairSessionError(
    'The Betfair session service is closed, because the application is shutting down or has closed this account.',
    { code: 'BETFAIR_CLOSED', retryable: false },
  );
  readonly #controller = new AbortController();
  #endsAt: number | undefined;
  #timer: ClockTimer | undefined;
  #cleaned: Promise<void> | undefined;

  constructor(private readonly clock: Clock) {}

  /** Aborts with {@link closed} when the time is over. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /**
   * Starts the deadline; only the first call counts. Its timer does not keep the process alive.
   *
   * @param cleanUp runs once, as soon as everything in flight was aborted; must not fail
   */
  start(cleanUp: () => Promise<void>): void {
    if (this.#endsAt !== undefined) return;
    this.#endsAt = this.clock.monotonic() + WORK_TIME_MS;
    this.#cleaned = new Promise((resolve) => {
      this.signal.addEventListener('abort', () => resolve(cleanUp()), { once: true });
    });
    this.#timer = this.clock.timer(() => this.#endNextTurn(), WORK_TIME_MS);
  }

  /** Waits for `work` until the deadline, aborts what is left, and waits for the clean-up. */
  async finish(work: Promise<unknown>): Promise<void> {
    const left = (this.#endsAt ?? 0) - this.clock.monotonic();
    // Unlike the first timer, this one keeps the process alive until the lease is released.
    const deadline = this.clock.deadline(() => this.#endNextTurn(), left);
    await abortable(() => work, this.signal).catch(() => undefined);
    deadline.cancel();
    this.#end();
    await this.#cleaned;
  }

  /**
   * Aborts after one turn of the event loop, so that data which has already arrived is still read; a stalled process
   * gets no more time.
   */
  #endNextTurn(): void {
    nextTurn(() => this.#end());
  }

  #end(): void {
    this.#timer?.cancel();
    this.#controller.abort(this.closed);
  }
}
