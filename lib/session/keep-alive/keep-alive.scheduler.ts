import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import type { Clock, ClockTimer } from '../../common/clock.js';
import { type Growth, Pauses } from '../../common/pauses.js';
import { findTimerRegistry, type TimerRegistry } from './scheduler-registry.js';

/** Between failed keep-alives, a minute at the most with the jitter; never longer than the interval. */
const RETRIES: Growth = { first: 15_000, longest: 48_000 };
/** Parts of the interval, so that processes do not ask Betfair in step. */
const SHORTEST_PART = 0.8;

/**
 * Keeps the session alive while the application is idle. The loop survives every failure; each of its timers is shown
 * in the application's `SchedulerRegistry`, where there is one, as `betfair-session:<account>`.
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
    private readonly moduleRef: ModuleRef,
  ) {
    this.#retries = new Pauses(clock, RETRIES);
  }

  async onApplicationBootstrap(): Promise<void> {
    if (this.interval === undefined) return;
    this.#registry = await findTimerRegistry(this.moduleRef, `betfair-session:${this.account}`);
    // Not awaited: an application must start, and answer its health checks, while Betfair is down.
    void this.#tick(this.interval);
  }

  onModuleDestroy(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#registry?.hide();
  }

  async #tick(interval: number): Promise<void> {
    // Never longer than the interval, which is at most 0.9 of a lifetime.
    let wait = interval * (SHORTEST_PART + (1 - SHORTEST_PART) * this.clock.random());
    try {
      await this.sessions.keepAlive();
      this.#retries.reset();
    } catch {
      // Published as an event by the service.
      wait = Math.min(wait, this.#retries.next());
    }
    this.#schedule(interval, wait);
  }

  #schedule(interval: number, wait: number): void {
    // The application may have stopped it while the keep-alive ran.
    if (this.#registry?.isStopped()) this.#stopped = true;
    if (this.#stopped) return;
    this.#timer = this.clock.timer(() => void this.#tick(interval), wait);
    this.#registry?.show(this.#timer.handle);
  }
}
