import type { Clock } from '../../common/clock.js';

/** An end further in the future comes from a damaged record, not from a wrong clock. */
const MAX_CLOCK_ERROR_MS = 25 * 60 * 60_000;

/**
 * End of a period. The record holds it as wall-clock time of its writer; here it is counted on the monotonic clock, so
 * that a clock that is wrong or gets set neither prolongs nor ends it.
 */
export class RecordedEnd {
  #recorded: number | null = null;
  #endsAt = -Infinity;

  constructor(
    private readonly clock: Clock,
    /** Longest period in milliseconds that is believed. */
    private readonly longest: number,
  ) {}

  /** Milliseconds until the end. */
  get left(): number {
    return this.#endsAt - this.clock.monotonic();
  }

  /** Takes over the end in the record; it is converted once, when it changes. */
  learn(recorded: number | null): void {
    if (recorded === this.#recorded) return;
    const { clock, longest } = this;
    const ms = recorded === null ? -Infinity : recorded - clock.wall();
    this.#endsAt = ms > MAX_CLOCK_ERROR_MS ? -Infinity : clock.monotonic() + Math.min(ms, longest);
    this.#recorded = recorded;
  }

  /** Begins a period of `ms` now, and returns its end for the record. */
  begin(ms: number): number {
    const end = Math.round(this.clock.wall() + ms);
    this.#endsAt = this.clock.monotonic() + ms;
    this.#recorded = end;
    return end;
  }
}
