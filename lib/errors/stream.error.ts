import { BetfairSessionError } from './betfair-session.error.js';

/** How a connection to the Stream API ended. */
export interface BetfairStreamErrorDetails extends ErrorOptions {
  /** `BETFAIR_STREAM_REFUSED` with Betfair's code, `BETFAIR_STREAM_LOST` without one. */
  readonly code: 'BETFAIR_STREAM_REFUSED' | 'BETFAIR_STREAM_LOST';
  /** False if a person has to change something first. */
  readonly retryable: boolean;
  /** Betfair's own code, such as `NOT_AUTHORIZED`. */
  readonly errorCode?: string | undefined;
  /** Betfair's explanation, without secrets. */
  readonly errorDetails?: string | undefined;
}

/**
 * A connection to the Stream API ended: Betfair refused it (`BETFAIR_STREAM_REFUSED`), or it was lost
 * (`BETFAIR_STREAM_LOST`). Shown in the status of a `BetfairStream`, which connects again in any case.
 */
export class BetfairStreamError extends BetfairSessionError {
  protected static override readonly errorName = 'BetfairStreamError';
  /** Betfair's own code, such as `NOT_AUTHORIZED`; `undefined` if it gave none, or the connection was lost. */
  readonly errorCode: string | undefined;
  /** Betfair's explanation of what is wrong with a subscription; session token and application key are taken out of it. */
  readonly errorDetails: string | undefined;

  constructor(message: string, { errorCode, errorDetails, ...details }: BetfairStreamErrorDetails) {
    super(message, details);
    this.errorCode = errorCode;
    this.errorDetails = errorDetails;
  }
}
