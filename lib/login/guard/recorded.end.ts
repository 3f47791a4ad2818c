import type { Clock } from '../../common/clock.js';

/** An end that is further ahead of the wall clock comes from a damaged record, not from a clock that is off. */
const BELIEVABLE_MS = 25 * 60 * 60_000;

/**
 * The end of something, told in the record on the wall clock of whoever wrote it and counted here on the monotonic one:
 * a clock that is off, or set, neither prolongs nor ends it.
 */
export class RecordedEnd {
  #told: number | null = null;
  #endsAt = -Infinity;

  constructor(
    private readonly clock: Clock,
    /** Longest time in milliseconds that the record is believed. */
    private readonly longest: number,
  ) {}

  /** Milliseconds until then. */
  get left(): number {
    return this.#endsAt - this.clock.monotonic();
  }

  /** Takes over what the record says; converted once, when it changes. */
  learn(told: number | null): void {
    if (told === this.#told) return;
    const { clock, longest } = this;
    const ms = told === null ? -Infinity : told - clock.wall();
    this.#endsAt = ms > BELIEVABLE_MS ? -Infinity : clock.monotonic() + Math.min(ms, longest);
    this.#told = told;
  }

  /** Begins here and now, and returns what to tell the others. */
  begin(ms: number): number {
    const told = Math.round(this.clock.wall() + ms);
    this.#endsAt = this.clock.monotonic() + ms;
    this.#told = told;
    return told;
  }
}
