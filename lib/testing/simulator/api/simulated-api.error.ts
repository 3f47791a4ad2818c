/** Thrown by the handler of a canned answer: the call is refused with this `errorCode`, as Betfair words it. */
export class SimulatedApiError extends Error {
  constructor(
    /** Such as `TOO_MANY_REQUESTS`. */
    readonly errorCode: string,
    /** Betfair's `errorDetails`. */
    readonly errorDetails: string = '',
  ) {
    super(errorDetails === '' ? errorCode : `${errorCode}: ${errorDetails}`);
    this.name = 'SimulatedApiError';
  }
}
