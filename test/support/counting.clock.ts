import { type Clock, type ClockTimer, systemClock } from '../../lib/common/clock.js';

/** A clock that knows how many of its timers are set. */
export interface CountedClock extends Clock {
  readonly timers: number;
}

/** The clock of the machine. */
export class CountingClock implements CountedClock {
  readonly #live = new Set<object>();
  monotonic = () => systemClock.monotonic();
  wall = () => systemClock.wall();
  random = () => systemClock.random();
  timer = (callback: () => void, ms: number) => this.#count('timer', callback, ms);
  deadline = (callback: () => void, ms: number) => this.#count('deadline', callback, ms);

  get timers(): number {
    return this.#live.size;
  }

  #count(kind: 'timer' | 'deadline', callback: () => void, ms: number): ClockTimer {
    const timer = systemClock[kind](() => {
      this.#live.delete(timer);
      callback();
    }, ms);
    this.#live.add(timer);
    return {
      ...timer,
      cancel: () => {
        this.#live.delete(timer);
        timer.cancel();
      },
    };
  }
}
