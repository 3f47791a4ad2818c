import {
  BetfairLoginBlockedError,
  BetfairLoginRejectedError,
  type BetfairSessionError,
} from '../../errors/index.js';

/** Told when logins are held back, and when no more. */
export interface GuardEvents {
  publish(
    event:
      | { readonly type: 'loginBlocked'; readonly error: BetfairSessionError }
      | { readonly type: 'loginUnblocked' },
  ): void;
}

/** Tells the application that logins are held back, once for each reason, and that they are no more. */
export class BlockAnnouncements {
  /** The reason that the application was told last. */
  #reason: string | undefined;

  constructor(private readonly events: GuardEvents) {}

  /** @param error other errors than those of held back logins are not announced */
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
