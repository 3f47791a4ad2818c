/** Error to throw in the handler of an answer. The call is refused with this `errorCode`, in Betfair's form. */
export class SimulatedApiError extends Error {
  constructor(
    /** Code, such as `TOO_MANY_REQUESTS`. */
    readonly errorCode: string,
    /** Betfair's `errorDetails`. */
    readonly errorDetails: string = '',
  ) {
    super(errorDetails === '' ? errorCode : `${errorCode}: ${errorDetails}`);
    this.name = 'SimulatedApiError';
  }
}
