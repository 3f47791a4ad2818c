/**
 * Every `code` of the errors of this package; docs/errors.md says what to do about each. The set is closed: a new
 * code comes with a minor version, a changed meaning with a major one.
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

/** Details of every error of this package. */
export interface BetfairSessionErrorDetails extends ErrorOptions {
  /** Code that tells what happened. */
  readonly code: BetfairSessionErrorCode;
  /** `true` if the same call may succeed later without any change. */
  readonly retryable: boolean;
}

/**
 * Base class of all errors that this package throws. Tell errors apart by {@link code}. No error contains a password,
 * token, application key or private key.
 */
export class BetfairSessionError extends Error {
  /** Code that tells what happened. */
  readonly code: BetfairSessionErrorCode;
  /** `true` if the same call may succeed later without any change. */
  readonly retryable: boolean;

  constructor(message: string, { code, retryable, ...options }: BetfairSessionErrorDetails) {
    super(message, options);
    this.code = code;
    this.retryable = retryable;
    // Logs and support requests quote the name, so it stays the same if a bundler renames the class.
    Object.defineProperty(this, 'name', { value: new.target.errorName, configurable: true });
    // Loggers print the first line of the stack, which was written before the name was set.
    Error.captureStackTrace(this, new.target);
  }

  /** Value of `name`, which stays the same if a bundler renames the class. */
  protected static readonly errorName: string = 'BetfairSessionError';

  /**
   * @internal Copies this error, with its stack, and gives the copy a cause. One failed renewal fails many callers, and
   * each of them has another cause.
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
