import { setImmediate as nextTurn } from 'node:timers/promises';
import { withDeadline } from '../common/deadline.js';
import type { SessionParts } from './session.composition.js';

/** Milliseconds for the release of the lease. If the store fails, other processes wait until the lease expires. */
const RELEASE_TIME_MS = 2_000;
/** Milliseconds for the closing of the store. */
const CLOSE_TIME_MS = 500;

/**
 * Stops the timers, and gives work and requests in flight five seconds. The session is still served, because the
 * application may still answer requests.
 */
export function beginShutdown(parts: SessionParts): void {
  parts.scheduler?.onModuleDestroy();
  parts.cache.stopTimer();
  parts.closing.start(() => cleanUp(parts));
}

/** Ends the work of one account, but not its session: other processes use it, and the next start resumes it. */
export async function shutDown(parts: SessionParts): Promise<void> {
  const { closing, ownsStorage, publisher, storage, telemetry } = parts;
  beginShutdown(parts);
  await closing.finish(drain(parts));
  publisher.complete();
  telemetry.close();
  if (ownsStorage) await briefly(parts, CLOSE_TIME_MS, (signal) => storage.close(signal));
}

/**
 * Stops serving, releases the lease and closes the connections as soon as no login can follow. It does not wait for
 * `shutDown`: Nest runs the hooks of several accounts one after the other, and the times would add up.
 */
async function cleanUp(parts: SessionParts): Promise<void> {
  const { cache, closing, identity, lease, login, requests } = parts;
  cache.close();
  const ended = Promise.allSettled([requests.destroy(closing.closed), identity.close()]);
  await briefly(parts, RELEASE_TIME_MS, async (signal) => {
    // An aborted login still uses the lease.
    await Promise.allSettled([...workOf(parts), login.running]);
    await lease?.close(signal);
  });
  await ended;
}

/** Waits until no work and no request is in progress. Requests may start after the login that they waited for. */
async function drain(parts: SessionParts): Promise<void> {
  const { requests } = parts;
  let isBusy = true;
  while (isBusy) {
    await Promise.allSettled([...workOf(parts), requests.settle()]);
    await nextTurn();
    isBusy = requests.isBusy || workOf(parts).length > 0;
  }
}

function workOf({ keepAlive, provider }: SessionParts): readonly Promise<unknown>[] {
  return keepAlive.running ? [...provider.work, keepAlive.running] : provider.work;
}

/** Waits for the end of `work`, at most `ms`, and ignores its failure. */
async function briefly(
  { clock, closing }: SessionParts,
  ms: number,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  await withDeadline(clock, ms, work, () => closing.closed).catch(() => undefined);
}
