import { explainConnectionFailure } from '../../common/http/connection-failure.js';
import { BetfairStreamError } from '../../errors/index.js';
import { safeCause } from '../../errors/safe-cause.js';

const TEMPORARY = 'This is usually temporary.';

/** Makes the error for a connection that ended without a refusal by Betfair. */
export function lost(how: string, cause?: unknown): BetfairStreamError {
  return new BetfairStreamError(`Betfair's Stream API ${how}. ${TEMPORARY}`, {
    code: 'BETFAIR_STREAM_LOST',
    retryable: true,
    ...(cause !== undefined && { cause: safeCause(cause) }),
  });
}

/** Makes the error for a connection that could not be opened. */
export function unreachable(error: unknown): BetfairStreamError {
  const cause = safeCause(error);
  const { reason, advice } = explainConnectionFailure(cause);
  return new BetfairStreamError(
    `Betfair's Stream API could not be reached (${reason}). ${advice ?? TEMPORARY}`,
    { code: 'BETFAIR_STREAM_LOST', retryable: advice === undefined, cause },
  );
}
