import { CHAIN_LIMIT, read } from '../calls/rejection/rejection-envelope.js';
import { BetfairSessionError } from '../errors/index.js';
import { safeCause } from '../errors/safe-cause.js';

/**
 * The failed refresh as this call's own error: many calls may wait for the one that failed, and each has the rejection
 * that asked for it as its `cause`.
 */
export function refreshFailure(failure: unknown, rejection: unknown): unknown {
  if (!(failure instanceof BetfairSessionError)) return failure;
  return failure.because(holdsRequest(rejection) ? withoutRequest(rejection) : rejection);
}

/** HTTP clients hang the request on their errors, and its headers hold token and application key. */
function holdsRequest(rejection: unknown): boolean {
  let link = rejection;
  for (let depth = 0; depth < CHAIN_LIMIT; depth += 1) {
    // Of several outcomes each may hold one; a result that an application makes holds the error of a client.
    if (Array.isArray(link) || [link, read(link, 'error')].some(showsRequest)) return true;
    link = read(link, 'cause');
    if (link === undefined) return false;
  }
  // Nobody knows what the rest holds.
  return true;
}

function showsRequest(holder: unknown): boolean {
  const response = read(holder, 'response');
  const places = [
    read(holder, 'errors'),
    read(holder, 'config'),
    read(holder, 'request'),
    read(read(holder, 'options'), 'headers'),
    read(response, 'config'),
    read(response, 'request'),
  ];
  return places.some((place) => place !== undefined);
}

function withoutRequest(rejection: unknown): Error {
  const status = read(read(rejection, 'response'), 'status');
  return Object.assign(safeCause(rejection), {
    errorCode: 'INVALID_SESSION_INFORMATION',
    ...(typeof status === 'number' && { status }),
  });
}
