import { systemClock } from '../../common/clock.js';
import { sleep, withDeadline } from '../../common/deadline.js';

/** Milliseconds for one request; no SDK bounds one by itself. */
export const REQUEST_TIMEOUT = 5_000;
/** Milliseconds for all requests of an operation: less than the session manager waits, so that its error names the store. */
const PATIENCE = 9_000;
const ATTEMPTS = 6;
const FIRST_DELAY = 100;

/** A request that got no answer in time. */
export class RequestTimedOut extends Error {
  readonly code = 'ETIMEDOUT';

  constructor() {
    super('no answer in time');
  }
}

/**
 * Makes a request until it succeeds, fails for good or {@link PATIENCE} runs out, with growing random pauses. Ends at
 * once when `signal` aborts.
 */
export async function persevere<T>(
  request: (signal: AbortSignal) => Promise<T>,
  mayPass: (error: unknown) => boolean,
  signal: AbortSignal | undefined,
): Promise<T> {
  const end = systemClock.monotonic() + PATIENCE;
  for (let attempt = 1; ; attempt++) {
    const left = end - systemClock.monotonic();
    try {
      return await withDeadline(
        systemClock,
        Math.min(REQUEST_TIMEOUT, left),
        request,
        () => new RequestTimedOut(),
        signal,
      );
    } catch (error) {
      const pause = FIRST_DELAY * 2 ** (attempt - 1) * (0.5 + Math.random() / 2);
      const tooLate = systemClock.monotonic() + pause >= end;
      if (!mayPass(error) || attempt === ATTEMPTS || tooLate) throw error;
      await sleep(systemClock, pause, signal);
    }
  }
}
