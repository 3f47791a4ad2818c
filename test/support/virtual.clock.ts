import { setImmediate } from 'node:timers/promises';
import type { Clock, ClockTimer } from '../../lib/common/clock.js';

interface Pending {
  readonly at: number;
  readonly callback: () => void;
  readonly io: boolean;
}

/** Deadlines up to this one bound a single request, so one that is set means input or output under way. */
const LONGEST_REQUEST = 10_000;

/**
 * Time that passes only when a test says so. Requests are real, so before each step it waits until none is under way;
 * one that is still there after `patience` real milliseconds counts as hanging, and time passes over it.
 */
export class VirtualClock implements Clock {
  #now = 0;
  #wallOffset = Date.UTC(2026, 0, 1);
  readonly #pending = new Set<Pending>();
  #requests = 0;
  /** Requests whose answers wait for time to pass. */
  hanging = 0;

  constructor(private readonly patience = 3_000) {}

  monotonic = () => this.#now;
  wall = () => this.#now + this.#wallOffset;
  /** May be replaced, so that a wait has one length. */
  random = () => Math.random();
  timer = (callback: () => void, ms: number) => this.#set(callback, ms, false);
  deadline = (callback: () => void, ms: number) => this.#set(callback, ms, ms <= LONGEST_REQUEST);

  /** Moves the wall clock alone, as NTP or an operator does. */
  setWallBack(ms: number): void {
    this.#wallOffset -= ms;
  }

  /** Timers that are set. */
  get timers(): number {
    return this.#pending.size;
  }

  /** Lets `ms` pass at once, as if the process was held up: what falls due meanwhile is called back late. */
  jump(ms: number): void {
    this.#now += ms;
  }

  /** Lets `ms` pass, calling back in order whatever falls due. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await this.settle();
      if (!this.#step(end)) break;
    }
    // A callback may have jumped further; a test may go back.
    this.#now = ms < 0 ? end : Math.max(this.#now, end);
    await this.settle();
  }

  /** Lets just as much time pass as `work` needs to end. */
  async until<T>(work: Promise<T>): Promise<T> {
    let ended = false;
    const end = () => {
      ended = true;
    };
    work.then(end, end);
    for (;;) {
      await this.settle();
      if (ended || !this.#step(Infinity)) return work;
    }
  }

  /** Goes to the next timer up to `end`. */
  #step(end: number): boolean {
    let next: Pending | undefined;
    for (const pending of this.#pending) {
      if (next === undefined || pending.at < next.at) next = pending;
    }
    if (next === undefined || next.at > end) return false;
    this.#remove(next);
    this.#now = Math.max(this.#now, next.at);
    next.callback();
    return true;
  }

  /** Waits until no request is under way. */
  async settle(): Promise<void> {
    const giveUp = performance.now() + this.patience;
    for (let quiet = 0; quiet < 5; quiet++) {
      await setImmediate();
      if (this.#requests > this.hanging && performance.now() < giveUp) quiet = 0;
    }
  }

  #set(callback: () => void, ms: number, io: boolean): ClockTimer {
    const pending = { at: this.#now + Math.max(0, ms), callback, io };
    this.#pending.add(pending);
    if (io) this.#requests += 1;
    return { cancel: () => this.#remove(pending) };
  }

  #remove(pending: Pending): void {
    if (this.#pending.delete(pending) && pending.io) this.#requests -= 1;
  }
}
