import { AsyncLocalStorage } from 'node:async_hooks';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { Clock, ClockTimer } from '../../common/clock.js';
import { type Growth, Pauses } from '../../common/pauses.js';
import { text } from '../../common/unknown-values.js';
import type { TimerRegistry } from './scheduler-registry.js';

/** Pauses between failed keep-alives: with the jitter at most a minute, and never longer than the interval. */
const RETRY_PAUSES: Growth = { first: 15_000, longest: 48_000 };
/** Shortest wait as a share of the interval. The random wait keeps processes from asking Betfair in step. */
const MIN_SHARE_OF_INTERVAL = 0.8;

/** Runs work outside of the request in which an account was added: its context would live as long as the account. */
const outside = AsyncLocalStorage.snapshot();

/**
 * Keeps the session alive while the application is idle. Failures do not end the loop. Its timer appears in the
 * application's `SchedulerRegistry`, if there is one, as `betfair-session:<account>`.
 */
export class KeepAliveScheduler implements OnApplicationBootstrap, OnModuleDestroy {
  #registry: TimerRegistry | undefined;
  #timer: ClockTimer | undefined;
  #stopped = false;
  readonly #retries: Pauses;

  constructor(
    private readonly account: string,
    private readonly interval: number | undefined,
    private readonly sessions: { keepAlive(): Promise<void> },
    private readonly clock: Clock,
    /** Finds the registry of the application, if it has one. */
    private readonly findRegistry?: (timer: string) => Promise<TimerRegistry | undefined>,
  ) {
    this.#retries = new Pauses(clock, RETRY_PAUSES);
  }

  async onApplicationBootstrap(): Promise<void> {
    if (this.interval === undefined) return;
    this.#registry = await this.findRegistry?.(`betfair-session:${this.account}`);
    if (this.#stopped) return;
    // Not awaited: an application must be able to start while Betfair is down.
    const { interval } = this;
    outside(() => void this.#tick(interval));
  }

  onModuleDestroy(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#registry?.hide();
  }

  async #tick(interval: number): Promise<void> {
    const share = MIN_SHARE_OF_INTERVAL + (1 - MIN_SHARE_OF_INTERVAL) * this.clock.random();
    let wait = interval * share;
    try {
      await this.sessions.keepAlive();
      this.#retries.reset();
    } catch (error) {
      if (text(error, 'code') === 'BETFAIR_CLOSED') return this.onModuleDestroy();
      // The keep-alive published the error as an event.
      wait = Math.min(wait, this.#retries.next());
    }
    this.#schedule(interval, wait);
  }

  #schedule(interval: number, wait: number): void {
    // The application may have stopped the timer while the keep-alive ran.
    if (this.#registry?.isStopped()) this.#stopped = true;
    if (this.#stopped) return;
    this.#timer = this.clock.timer(() => void this.#tick(interval), wait);
    this.#registry?.show(this.#timer.handle);
  }
}
