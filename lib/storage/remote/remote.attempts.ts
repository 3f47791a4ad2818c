import { systemClock } from '../../common/clock.js';
import { sleep, withDeadline } from '../../common/deadline.js';
import { type Growth, Pauses } from '../../common/pauses.js';

/** For one attempt; no SDK bounds a request by itself. */
export const ATTEMPT_TIMEOUT_MS = 5_000;
/** For all of an operation: less than the session manager waits, so that its error names the store. */
const OPERATION_TIMEOUT_MS = 9_000;
const ATTEMPTS = 6;
const BETWEEN_ATTEMPTS: Growth = { first: 100 };

/** A request that got no answer in time. */
class RequestTimedOut extends Error {
  readonly code = 'ETIMEDOUT';

  constructor() {
    super('no answer in time');
  }
}

/**
 * Attempts an operation until it succeeds, fails for good or its time runs out, with growing random pauses. Ends at once
 * when `signal` aborts.
 *
 * @param attempt is told how often it was called, from 1
 */
export async function persevere<T>(
  attempt: (signal: AbortSignal, count: number) => Promise<T>,
  mayPass: (error: unknown, count: number) => boolean,
  signal: AbortSignal | undefined,
): Promise<T> {
  const end = systemClock.monotonic() + OPERATION_TIMEOUT_MS;
  const pauses = new Pauses(systemClock, BETWEEN_ATTEMPTS);
  let before: unknown;
  for (let count = 1; ; count++) {
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
      // The last attempt is cut short: what the one before it met says more than that the time is over.
      const isCutShort = error instanceof RequestTimedOut && left < ATTEMPT_TIMEOUT_MS;
      if (isCutShort && before !== undefined) throw before;
      before = error;
      if (!mayPass(error, count) || count === ATTEMPTS) throw error;
      const pause = pauses.next();
      if (systemClock.monotonic() + pause >= end) throw error;
      // An operation that somebody waits for keeps the process alive.
      await sleep(systemClock, pause, signal, 'deadline');
    }
  }
}
