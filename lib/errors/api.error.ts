import { BetfairSessionError } from './betfair-session.error.js';

/** Details of a call that failed. */
export interface BetfairApiErrorDetails extends ErrorOptions {
  /** Operation, such as `SportsAPING/v1.0/listEventTypes`. */
  readonly operation: string;
  /** HTTP status of the answer. */
  readonly status: number;
  /** `true` if the operation only reads and the same call may succeed later. */
  readonly retryable: boolean;
  /** Betfair's own code, such as `TOO_MUCH_DATA`, if there was one. */
  readonly errorCode?: string | undefined;
  /** Betfair's explanation. */
  readonly errorDetails?: string | undefined;
  /** Id of the call, for Betfair's support. */
  readonly requestUUID?: string | undefined;
}

/**
 * Betfair's API did not carry out a `call()` (`BETFAIR_API_ERROR`): an API exception, which comes with HTTP 200, a
 * fault of its framework, or an answer that cannot be used.
 */
export class BetfairApiError extends BetfairSessionError {
  protected static override readonly errorName = 'BetfairApiError';
  /** Operation, such as `SportsAPING/v1.0/listEventTypes`. */
  readonly operation: string;
  /** HTTP status of the answer. */
  readonly status: number;
  /** Betfair's own code, such as `TOO_MUCH_DATA`; `undefined` if there was none, as in an outage. */
  readonly errorCode: string | undefined;
  /** Betfair's explanation, without session token and application key. */
  readonly errorDetails: string | undefined;
  /** Id of the call, for Betfair's support. */
  readonly requestUUID: string | undefined;

  constructor(message: string, details: BetfairApiErrorDetails) {
    const { operation, status, retryable, errorCode, errorDetails, requestUUID, ...options } =
      details;
    super(message, { ...options, code: 'BETFAIR_API_ERROR', retryable });
    this.operation = operation;
    this.status = status;
    this.errorCode = errorCode;
    this.errorDetails = errorDetails;
    this.requestUUID = requestUUID;
  }
}
