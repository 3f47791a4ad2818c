import type { Clock } from '../common/clock.js';

/**
 * Follows the one request of a transport, to tell whether it can have been sent. The proof that it was not: the
 * connection is made by a connector of ours, and that never had one to write to. TLS and the tunnel of a proxy count as
 * part of the connection. Without that proof the request counts as sent.
 */
export class SendingWatch {
  #stage: 'waiting' | 'unknown' | 'connecting' | 'connected' = 'waiting';

  constructor(
    private readonly clock: Clock,
    /** Monotonic time after which the request must not be sent any more. */
    private readonly until: number,
  ) {}

  /** Tells if the process slept through the time in which the request could be sent. */
  get isLate(): boolean {
    return this.clock.monotonic() > this.until;
  }

  /** Tells if the request may have reached Betfair. */
  get mayHaveSent(): boolean {
    return this.#stage === 'unknown' || this.#stage === 'connected';
  }

  /** The transport has the request. Nothing more is heard of it on a way of undici's own, such as a SOCKS proxy. */
  started(): void {
    this.#stage = 'unknown';
  }

  /** A connector of ours begins. */
  connecting(): void {
    // A second connection says nothing of what was written to the first.
    if (this.#stage === 'unknown') this.#stage = 'connecting';
  }

  /** A connection stands; the request is written to it next. */
  connected(): void {
    this.#stage = 'connected';
  }
}
