/**
 * Every `code` that an error of this package can carry. The set is closed: a new code is a new minor version, a
 * changed meaning a new major one.
 */
export type BetfairSessionErrorCode =
  | 'BETFAIR_API_ERROR'
  | 'BETFAIR_CLOSED'
  | 'BETFAIR_CONFIGURATION'
  | 'BETFAIR_FOREIGN_SESSION'
  | 'BETFAIR_FOREIGN_URL'
  | 'BETFAIR_IDENTITY_UNAVAILABLE'
  | 'BETFAIR_KEEP_ALIVE_REJECTED'
  | 'BETFAIR_LOGIN_BLOCKED'
  | 'BETFAIR_LOGIN_REJECTED'
  | 'BETFAIR_LOGOUT_REJECTED'
  | 'BETFAIR_MISSING_PACKAGE'
  | 'BETFAIR_RUN_ABANDONED'
  | 'BETFAIR_STORAGE_CONFLICT'
  | 'BETFAIR_STORAGE_DENIED'
  | 'BETFAIR_STORAGE_MISCONFIGURED'
  | 'BETFAIR_STORAGE_UNAVAILABLE'
  | 'BETFAIR_STORAGE_UNSUPPORTED'
  | 'BETFAIR_STREAM_LOST'
  | 'BETFAIR_STREAM_REFUSED';

/** What every error of this package has. */
export interface BetfairSessionErrorDetails extends ErrorOptions {
  /** What happened. */
  readonly code: BetfairSessionErrorCode;
  /** Whether the same call may succeed later with nothing changed. */
  readonly retryable: boolean;
}

/**
 * The base class of every error that this package throws. Tell errors apart by {@link code}; none carries a password,
 * token, application key or private key.
 */
export class BetfairSessionError extends Error {
  /** What happened. */
  readonly code: BetfairSessionErrorCode;
  /** Whether the same call may succeed later with nothing changed. */
  readonly retryable: boolean;

  constructor(message: string, { code, retryable, ...options }: BetfairSessionErrorDetails) {
    super(message, options);
    this.code = code;
    this.retryable = retryable;
    // The class's own name, even where a bundler renames classes: it is what logs and support requests quote.
    Object.defineProperty(this, 'name', { value: new.target.errorName, configurable: true });
    // Anew, because the first line of the stack, which loggers print, was written before the name was set.
    Error.captureStackTrace(this, new.target);
  }

  /** What `name` says, also where a bundler renames the class. */
  protected static readonly errorName: string = 'BetfairSessionError';

  /**
   * A copy of this error, with its stack, that names what led to it. One failed renewal fails many callers, and each
   * has a cause of its own.
   */
  because(cause: unknown): BetfairSessionError {
    const { code, retryable, message, name, stack } = this;
    const details = { code, retryable, ...(cause !== undefined && { cause }) };
    const copy = new BetfairSessionError(message, details);
    Object.setPrototypeOf(copy, Object.getPrototypeOf(this));
    Object.assign(copy, this);
    return Object.defineProperties(copy, {
      name: { value: name, configurable: true },
      stack: { value: stack, configurable: true, writable: true },
    });
  }
}
