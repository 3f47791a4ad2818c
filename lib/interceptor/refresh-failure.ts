import { read } from '../common/unknown-values.js';
import { BetfairSessionError } from '../errors/index.js';
import { safeCause } from '../errors/safe-cause.js';

/**
 * The failed refresh as this call's own error: many calls may wait for the one that failed, and each has the rejection
 * that asked for it as its `cause`.
 */
export function refreshFailure(failure: unknown, rejection: unknown): unknown {
  if (!(failure instanceof BetfairSessionError)) return failure;
  return failure.because(rejection instanceof BetfairSessionError ? rejection : copyOf(rejection));
}

/** HTTP clients hang the request on their errors, each in a place of its own, and it holds token and application key. */
function copyOf(rejection: unknown): Error {
  const status = read(read(rejection, 'response'), 'status');
  return Object.assign(safeCause(rejection), {
    errorCode: 'INVALID_SESSION_INFORMATION',
    ...(typeof status === 'number' && { status }),
  });
}
