import type { VirtualClock } from '../../support/virtual.clock.js';

/** How often the applications use their sessions, in milliseconds. */
export const TICK = 5 * 60_000;
/** After an outage: the longest back-off, or wait for a login of the budget, and the tick in which it shows. */
export const RECOVERY = 2 * TICK;

/** Longest time by which a process puts a login off that cannot read the store: that of a lease. */
const PUT_OFF = 15_000;

export type Outage = 'identity' | 'store' | 'api';

/** What is down, and until when. */
export class Outages {
  /** Monotonic time at which each ends. */
  readonly #ends: Record<Outage, number> = { identity: 0, store: 0, api: 0 };
  #lastTrouble = 0;

  constructor(private readonly clock: VirtualClock) {}

  /** Begins an outage that ends just before a tick. */
  begin(what: Outage, ticks: number): void {
    this.#ends[what] = this.clock.monotonic() + ticks * TICK - 1;
  }

  endAll(): void {
    Object.assign(this.#ends, { identity: 0, store: 0, api: 0 });
  }

  /** Whether it is down, or was so long ago in milliseconds. */
  isDown(what: Outage, ago = 0): boolean {
    return this.#ends[what] > this.clock.monotonic() - ago;
  }

  /** Whether a login may be made although the store has a session. */
  get isBlinding(): boolean {
    return this.isDown('store', PUT_OFF);
  }

  /** Something goes wrong that no session may be had without for a while. */
  noteTrouble(): void {
    this.#lastTrouble = this.clock.monotonic();
  }

  /** Whether a session must be had. */
  get isWell(): boolean {
    const recovered = this.clock.monotonic() - this.#lastTrouble > RECOVERY;
    return recovered && !this.isDown('identity') && !this.isDown('store');
  }
}
