import type { Clock } from '../common/clock.js';

/**
 * Follows the one request of a transport, to find out if it may have been sent. It was surely not sent if our connector
 * opens the connection and never got one. TLS and the tunnel of a proxy are part of the connection. In every other case
 * the request counts as sent.
 */
export class SendingWatch {
  #stage: 'waiting' | 'unknown' | 'connecting' | 'connected' = 'waiting';

  constructor(
    private readonly clock: Clock,
    /** Monotonic time after which the request must not be sent. */
    private readonly until: number,
  ) {}

  /** Tells if the time to send the request is over, for example because the process was paused. */
  get isLate(): boolean {
    return this.clock.monotonic() > this.until;
  }

  /** Tells if the request may have reached Betfair. */
  get mayHaveSent(): boolean {
    return this.#stage === 'unknown' || this.#stage === 'connected';
  }

  /**
   * Notes that the transport has the request. If undici uses a connector of its own, as for SOCKS, no more is known.
   */
  started(): void {
    this.#stage = 'unknown';
  }

  /** Notes that our connector opens a connection. */
  connecting(): void {
    // A second connection says nothing about the first.
    if (this.#stage === 'unknown') this.#stage = 'connecting';
  }

  /** Notes that there is a connection, to which the request is written next. */
  connected(): void {
    this.#stage = 'connected';
  }
}
