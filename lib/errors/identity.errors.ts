import { BetfairSessionError } from './betfair-session.error.js';

/**
 * Betfair refused the login, and a person must act before the next attempt (`BETFAIR_LOGIN_REJECTED`). It is never
 * retried automatically, because repeated wrong passwords lock the account.
 */
export class BetfairLoginRejectedError extends BetfairSessionError {
  protected static override readonly errorName = 'BetfairLoginRejectedError';

  constructor(
    /** Betfair's own code, such as `INVALID_USERNAME_OR_PASSWORD`. */
    readonly loginCode: string,
    /** Advice for the person who ends the refusal. */
    readonly action: string,
    options?: ErrorOptions,
  ) {
    super(`Betfair refused the login with ${loginCode}. ${action}`, {
      ...options,
      code: 'BETFAIR_LOGIN_REJECTED',
      retryable: false,
    });
  }
}

/** Logins are blocked, by Betfair's temporary ban or by the login budget (`BETFAIR_LOGIN_BLOCKED`). */
export class BetfairLoginBlockedError extends BetfairSessionError {
  protected static override readonly errorName = 'BetfairLoginBlockedError';

  constructor(
    reason: string,
    /** Time before which no login is attempted. */
    readonly until: Date,
    options?: ErrorOptions,
  ) {
    super(`${reason} No login is attempted before ${until.toISOString()}.`, {
      ...options,
      code: 'BETFAIR_LOGIN_BLOCKED',
      retryable: true,
    });
  }
}

/**
 * Betfair's identity service gave no usable answer (`BETFAIR_IDENTITY_UNAVAILABLE`): network, time-out, or the page of
 * an outage or a block. It says nothing about the session, so it never causes a login.
 */
export class BetfairIdentityUnavailableError extends BetfairSessionError {
  protected static override readonly errorName = 'BetfairIdentityUnavailableError';

  constructor(message: string, options?: ErrorOptions) {
    super(message, { ...options, code: 'BETFAIR_IDENTITY_UNAVAILABLE', retryable: true });
  }
}
