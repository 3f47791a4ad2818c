import type { Clock, ClockTimer } from '../../common/clock.js';
import { endAfter } from '../../common/deadline.js';
import { LONGEST_HEARTBEAT_MS } from '../protocol/stream.subscription.js';

/** Milliseconds beyond two heartbeats for which a connection may be silent. */
const SILENCE_MARGIN_MS = 2_000;

/** Milliseconds within which a message of the subscription has to arrive whole. A large image takes its time. */
const MESSAGE_TIMEOUT_MS = 60_000;

/**
 * Takes silence for the end of a connection: Betfair sends a heartbeat if nothing changes. Bytes are a sign of life, but
 * not for long without a message.
 */
export class SilenceWatch {
  #heardAt: number;
  #toldAt: number;
  #silenceMs = 0;
  #timer: Pick<ClockTimer, 'cancel'> | undefined;

  constructor(
    private readonly clock: Clock,
    heartbeatMs: number,
    private readonly listener: {
      /** Called now and then while something is heard. */
      readonly onAlive: () => void;
      readonly onSilence: () => void;
    },
  ) {
    this.#heardAt = clock.monotonic();
    this.#toldAt = this.#heardAt;
    this.expect(heartbeatMs);
  }

  /** Notes that bytes arrived. */
  hear(): void {
    this.#heardAt = this.clock.monotonic();
  }

  /** Notes that a message of the subscription arrived. */
  tell(): void {
    this.#toldAt = this.#heardAt;
  }

  /** Sets the milliseconds within which something should arrive. */
  expect(heartbeatMs: number): void {
    this.#silenceMs = 2 * Math.min(heartbeatMs, LONGEST_HEARTBEAT_MS) + SILENCE_MARGIN_MS;
  }

  start(): void {
    this.#timer = endAfter(this.clock, Math.max(this.#rest(), 0), () => this.#look(), 'timer');
  }

  stop(): void {
    this.#timer?.cancel();
  }

  #look(): void {
    if (this.#rest() <= 0) return this.listener.onSilence();
    this.listener.onAlive();
    this.start();
  }

  #rest(): number {
    const end = Math.min(this.#heardAt + this.#silenceMs, this.#toldAt + MESSAGE_TIMEOUT_MS);
    return end - this.clock.monotonic();
  }
}
