import type { Clock, ClockTimer } from '../../common/clock.js';
import { endAfter } from '../../common/deadline.js';
import { LONGEST_HEARTBEAT_MS } from '../protocol/stream.subscription.js';

/** Milliseconds that a connection may be silent in addition to two heartbeats. */
const SILENCE_MARGIN_MS = 2_000;

/** Milliseconds without a complete message of the subscription. A large image takes long to arrive. */
const MESSAGE_TIMEOUT_MS = 60_000;

/**
 * Detects a dead connection by its silence: Betfair sends heartbeats if nothing changes. Bytes count as a sign of life,
 * but only for a time without a message.
 */
export class SilenceWatch {
  #bytesAt: number;
  #messageAt: number;
  #silenceMs = 0;
  #timer: Pick<ClockTimer, 'cancel'> | undefined;

  constructor(
    private readonly clock: Clock,
    heartbeatMs: number,
    private readonly listener: {
      /** Called regularly while bytes arrive. */
      readonly onAlive: () => void;
      readonly onSilence: () => void;
    },
  ) {
    this.#bytesAt = clock.monotonic();
    this.#messageAt = this.#bytesAt;
    this.expect(heartbeatMs);
  }

  noteBytes(): void {
    this.#bytesAt = this.clock.monotonic();
  }

  noteMessage(): void {
    this.#messageAt = this.#bytesAt;
  }

  /** Sets the interval of the heartbeats. */
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
    const end = Math.min(this.#bytesAt + this.#silenceMs, this.#messageAt + MESSAGE_TIMEOUT_MS);
    return end - this.clock.monotonic();
  }
}
