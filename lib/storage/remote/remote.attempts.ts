import { systemClock } from '../../common/clock.js';
import { sleep, withDeadline } from '../../common/deadline.js';
import { type Growth, Pauses } from '../../common/pauses.js';
import { BetfairSessionError } from '../../errors/betfair-session.error.js';

/** Milliseconds for one attempt; no SDK limits its requests. */
export const ATTEMPT_TIMEOUT_MS = 5_000;
/** Milliseconds for an operation: less than the session manager waits, so that the error names the store. */
const OPERATION_TIMEOUT_MS = 9_000;
const MAX_ATTEMPTS = 6;
const PAUSES_BETWEEN_ATTEMPTS: Growth = { first: 100 };

/** A request that got no answer in time. */
class RequestTimedOut extends Error {
  readonly code = 'ETIMEDOUT';

  constructor() {
    super('no answer in time');
  }
}

/** Meaning of a store's failures. An error of this package has been decided already and reaches neither. */
export interface FailureRules {
  /** Tells if the same request may succeed a moment later, after `count` attempts. */
  readonly mayPass: (error: unknown, count: number) => boolean;
  /** Makes the error for callers. */
  readonly toError: (error: unknown) => BetfairSessionError;
}

/**
 * Runs an operation of a store: attempts it until it succeeds, fails for good or its time is over, with growing random
 * pauses. Ends at once when `signal` aborts.
 *
 * @param attempt - receives the number of the attempt, from 1
 */
export async function persevere<T>(
  attempt: (signal: AbortSignal, count: number) => Promise<T>,
  { mayPass, toError }: FailureRules,
  signal: AbortSignal | undefined,
): Promise<T> {
  const end = systemClock.monotonic() + OPERATION_TIMEOUT_MS;
  const pauses = new Pauses(systemClock, PAUSES_BETWEEN_ATTEMPTS);
  let before: unknown;
  for (let count = 1; ; count++) {
    signal?.throwIfAborted();
    const left = end - systemClock.monotonic();
    try {
      return await withDeadline(
        systemClock,
        Math.min(ATTEMPT_TIMEOUT_MS, left),
        (ending) => attempt(ending, count),
        () => new RequestTimedOut(),
        signal,
      );
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof BetfairSessionError) throw error;
      // The last attempt has less time. The error of the one before says more than "no answer in time".
      const isCutShort = error instanceof RequestTimedOut && left < ATTEMPT_TIMEOUT_MS;
      if (isCutShort && before !== undefined) throw toError(before);
      before = error;
      if (!mayPass(error, count) || count === MAX_ATTEMPTS) throw toError(error);
      const pause = pauses.next();
      if (systemClock.monotonic() + pause >= end) throw toError(error);
      // A pause of an operation keeps the process alive.
      await sleep(systemClock, pause, signal, 'deadline');
    }
  }
}
