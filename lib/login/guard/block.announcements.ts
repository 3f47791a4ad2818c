import {
  BetfairLoginBlockedError,
  BetfairLoginRejectedError,
  type BetfairSessionError,
} from '../../errors/index.js';

/** Receives the events of blocked and unblocked logins. */
export interface GuardEvents {
  publish(
    event:
      | { readonly type: 'loginBlocked'; readonly error: BetfairSessionError }
      | { readonly type: 'loginUnblocked' },
  ): void;
}

/** Publishes that logins are blocked, once for each reason, and that they are allowed again. */
export class BlockAnnouncements {
  /** Reason that was published last. */
  #reason: string | undefined;

  constructor(private readonly events: GuardEvents) {}

  /** Publishes the error, if it is one of blocked logins. */
  blocked(error: unknown): void {
    const isObstacle =
      error instanceof BetfairLoginRejectedError || error instanceof BetfairLoginBlockedError;
    if (!isObstacle) return;
    const reason = error instanceof BetfairLoginRejectedError ? error.loginCode : error.code;
    if (this.#reason !== reason) this.events.publish({ type: 'loginBlocked', error });
    this.#reason = reason;
  }

  unblocked(): void {
    const wasBlocked = this.#reason !== undefined;
    this.#reason = undefined;
    if (wasBlocked) this.events.publish({ type: 'loginUnblocked' });
  }
}
