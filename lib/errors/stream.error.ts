import { BetfairSessionError } from './betfair-session.error.js';

/** Details of a connection to the Stream API that ended. */
export interface BetfairStreamErrorDetails extends ErrorOptions {
  /** `BETFAIR_STREAM_REFUSED` with Betfair's code, `BETFAIR_STREAM_LOST` without one. */
  readonly code: 'BETFAIR_STREAM_REFUSED' | 'BETFAIR_STREAM_LOST';
  /** `false` if a person has to change something first. */
  readonly retryable: boolean;
  /** Betfair's own code, such as `NOT_AUTHORIZED`. */
  readonly errorCode?: string | undefined;
  /** Betfair's explanation, without secrets. */
  readonly errorDetails?: string | undefined;
}

/**
 * A connection to the Stream API ended: Betfair refused it (`BETFAIR_STREAM_REFUSED`), or it was lost
 * (`BETFAIR_STREAM_LOST`). The status of a `BetfairStream` shows it; the stream connects again in any case.
 */
export class BetfairStreamError extends BetfairSessionError {
  protected static override readonly errorName = 'BetfairStreamError';
  /** Betfair's own code, such as `NOT_AUTHORIZED`; `undefined` if it gave none, or the connection was lost. */
  readonly errorCode: string | undefined;
  /** Betfair's explanation of a fault in a subscription, without session token and application key. */
  readonly errorDetails: string | undefined;

  constructor(message: string, { errorCode, errorDetails, ...details }: BetfairStreamErrorDetails) {
    super(message, details);
    this.errorCode = errorCode;
    this.errorDetails = errorDetails;
  }
}
