import { setImmediate as nextTurn } from 'node:timers/promises';
import { withDeadline } from '../common/deadline.js';
import type { SessionParts } from './session.composition.js';

/** Milliseconds to give the lease back. If the store fails now, other processes see the lease expire. */
const RELEASE_TIME_MS = 2_000;
/** Milliseconds to close the store. */
const CLOSE_TIME_MS = 500;

/**
 * Stops the timers, and gives work and requests in flight five seconds. Requests of the application may still be
 * answered meanwhile, so the session is served on.
 */
export function beginShutdown(parts: SessionParts): void {
  parts.cache.stopTimer();
  parts.closing.start(() => cleanUp(parts));
}

/**
 * Ends everything of one account, but not its session: other processes use it, and the next start resumes it. The store
 * is closed too if it was chosen by URL.
 */
export async function shutDown(parts: SessionParts): Promise<void> {
  const { closing, ownsStorage, publisher, storage } = parts;
  beginShutdown(parts);
  await closing.finish(drain(parts));
  publisher.complete();
  if (ownsStorage) await briefly(parts, CLOSE_TIME_MS, (signal) => storage.close(signal));
}

/**
 * Ends the serving, gives back the lease and ends the connections, as soon as no login can follow: the hooks of several accounts run one
 * after the other, and would add up.
 */
async function cleanUp(parts: SessionParts): Promise<void> {
  const { cache, closing, connections, identity, lease, login } = parts;
  cache.close();
  const ended = Promise.allSettled([connections.destroy(closing.closed), identity.close()]);
  await briefly(parts, RELEASE_TIME_MS, async (signal) => {
    // A login that was ended hands over the lease first.
    await Promise.allSettled([...workOf(parts), login.running]);
    await lease?.close(signal);
  });
  await ended;
}

/** Waits until neither work nor a request is under way: a request may begin as the login ends that it waited for. */
async function drain(parts: SessionParts): Promise<void> {
  const { connections } = parts;
  let isBusy = true;
  while (isBusy) {
    await Promise.allSettled([...workOf(parts), connections.settle()]);
    await nextTurn();
    isBusy = connections.isBusy || workOf(parts).length > 0;
  }
}

function workOf({ keepAlive, provider }: SessionParts): readonly Promise<unknown>[] {
  return keepAlive.running ? [...provider.work, keepAlive.running] : provider.work;
}

/** Waits for `work`, but not for long, and not for its success. */
async function briefly(
  { clock, closing }: SessionParts,
  ms: number,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  await withDeadline(clock, ms, work, () => closing.closed).catch(() => undefined);
}
