import type { BetfairSession } from '../betfair-session.js';
import type { Refusal } from '../calls/refusal.js';
import type { SessionSource } from '../calls/session-source.js';
import { inTime } from '../common/deadline.js';
import { read } from '../common/unknown-values.js';
import { BetfairSessionError } from '../errors/index.js';
import { safeCause } from '../errors/safe-cause.js';

/** Milliseconds that an answer waits for the check of a session, or for a new one. */
export const CHECK_WAIT_MS = 2_000;

/**
 * Waits for the sessions that replace the dead ones.
 *
 * @returns the session of `own`, if that was replaced
 * @throws BetfairSessionError a session could not be obtained; its cause is the refused `outcome`
 */
export async function renew(
  dead: readonly Refusal[],
  own: SessionSource | undefined,
  outcome: unknown,
): Promise<BetfairSession | undefined> {
  try {
    const renewed = await Promise.all(dead.map(({ source }) => source.getSession({})));
    return renewed[dead.findIndex(({ source }) => source === own)];
  } catch (failure) {
    throw refreshFailure(failure, outcome);
  }
}

/** Waits for these sessions for at most {@link CHECK_WAIT_MS}, and ignores failures. */
export async function renewInTime(dead: readonly Refusal[]): Promise<void> {
  const waits = dead.map(({ source }) =>
    inTime(source.clock, CHECK_WAIT_MS, source.getSession({}), undefined),
  );
  await Promise.allSettled(waits);
}

/**
 * Copies the error of a failed renewal, for which many calls may have waited, with this call's rejection as its cause.
 */
function refreshFailure(failure: unknown, rejection: unknown): unknown {
  if (!(failure instanceof BetfairSessionError)) return failure;
  return failure.because(rejection instanceof BetfairSessionError ? rejection : copyOf(rejection));
}

/**
 * Copies a rejection without the request, which HTTP clients attach to it and which holds token and application key.
 */
function copyOf(rejection: unknown): Error {
  const status = read(read(rejection, 'response'), 'status');
  return Object.assign(safeCause(rejection), {
    errorCode: 'INVALID_SESSION_INFORMATION',
    ...(typeof status === 'number' && { status }),
  });
}
