import { read } from '../common/unknown-values.js';
import { BetfairSessionError } from '../errors/index.js';
import { safeCause } from '../errors/safe-cause.js';

/** Copies the error of a failed renewal, for which many calls may have waited, with this call's rejection as its cause. */
export function refreshFailure(failure: unknown, rejection: unknown): unknown {
  if (!(failure instanceof BetfairSessionError)) return failure;
  return failure.because(rejection instanceof BetfairSessionError ? rejection : copyOf(rejection));
}

/** Copies a rejection without the request, which HTTP clients attach to it and which holds token and application key. */
function copyOf(rejection: unknown): Error {
  const status = read(read(rejection, 'response'), 'status');
  return Object.assign(safeCause(rejection), {
    errorCode: 'INVALID_SESSION_INFORMATION',
    ...(typeof status === 'number' && { status }),
  });
}
