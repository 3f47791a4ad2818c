import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import type { ModuleRef } from '@nestjs/core';
import type { Clock, ClockTimer } from '../common/clock.js';
import type { SessionService } from '../session/session.service.js';
import { findTimerRegistry, type TimerRegistry } from './timer.registry.js';

/** Milliseconds until a failed keep-alive is tried again; doubled each time, and never longer than the interval. */
const RETRY_MS = 15_000;
const LONGEST_RETRY_MS = 60_000;

/** A random part of `ms`, so that processes do not ask Betfair in step. */
function spread(ms: number, from: number, to: number): number {
  return ms * (from + (to - from) * Math.random());
}

/**
 * Keeps the session alive while the application is idle. The loop survives every failure; each of its timers is shown
 * in the application's `SchedulerRegistry`, where there is one, as `betfair-session:<account>`.
 */
export class KeepAliveScheduler implements OnApplicationBootstrap, OnModuleDestroy {
  #registry: TimerRegistry | undefined;
  #timer: ClockTimer | undefined;
  #stopped = false;
  #failures = 0;

  constructor(
    private readonly account: string,
    private readonly interval: number | undefined,
    private readonly sessions: SessionService,
    private readonly clock: Clock,
    private readonly moduleRef: ModuleRef,
  ) {}

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
    try {
      await this.sessions.keepAlive();
      this.#failures = 0;
    } catch {
      // Published as an event by the service.
      this.#failures += 1;
    }
    this.#schedule(interval);
  }

  #schedule(interval: number): void {
    // The application may have stopped it while the keep-alive ran.
    if (this.#registry?.isStopped()) this.#stopped = true;
    if (this.#stopped) return;
    const grown = Math.min(RETRY_MS * 2 ** (this.#failures - 1), LONGEST_RETRY_MS);
    const retry = this.#failures === 0 ? Infinity : spread(grown, 0.9, 1.1);
    // Never longer than the interval, which is at most 0.9 of a lifetime.
    const wait = Math.min(spread(interval, 0.8, 1), retry);
    this.#timer = this.clock.timer(() => void this.#tick(interval), wait);
    this.#registry?.show(this.#timer.handle);
  }
}
