import type { Clock } from './clock.js';

/**
 * Runs `work` with an end: after `ms`, or when `parent` aborts, its signal aborts and the promise rejects, also where
 * the work ignores the signal. A result that comes later is dropped.
 *
 * @param timedOut makes the error for the case that the time ran out
 */
export async function withDeadline<T>(
  clock: Clock,
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
  timedOut: () => Error,
  parent?: AbortSignal,
): Promise<T> {
  const controller = new AbortController();
  const follow = () => controller.abort(parent?.reason);
  if (parent?.aborted) follow();
  parent?.addEventListener('abort', follow, { once: true });
  const deadline = clock.deadline(() => controller.abort(timedOut()), ms);
  try {
    return await abortable(() => work(controller.signal), controller.signal);
  } finally {
    deadline.cancel();
    parent?.removeEventListener('abort', follow);
  }
}

/** Waits for `work`, but no longer than until `signal` aborts; the work itself goes on. */
export function abortable<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work();
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise<T>((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    work()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', abort));
  });
}

/** Waits for `ms` or until `signal` aborts, which rejects. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  let wake: { cancel(): void } | undefined;
  const slept = new Promise<void>((resolve) => {
    wake = clock.timer(resolve, ms);
  });
  return abortable(() => slept, signal).finally(() => wake?.cancel());
}
