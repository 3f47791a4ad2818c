import { onAbort, reasonOf, type AbortSignalLike } from './abort-listener.js';
import type { Clock, ClockTimer } from './clock.js';

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
  const unfollow = parent && onAbort(parent, () => controller.abort(reasonOf(parent)));
  const deadline = clock.deadline(() => controller.abort(timedOut()), ms);
  try {
    return await abortable(() => work(controller.signal), controller.signal);
  } finally {
    deadline.cancel();
    unfollow?.();
  }
}

/** Waits for `work`, but no longer than until `signal` aborts; the work itself goes on. */
export function abortable<T>(
  work: () => Promise<T>,
  signal: AbortSignalLike | undefined,
): Promise<T> {
  if (signal === undefined) return work();
  if (signal.aborted) return Promise.reject(reasonOf(signal));
  return new Promise<T>((resolve, reject) => {
    const forget = onAbort(signal, () => reject(reasonOf(signal)));
    work().then(resolve, reject).finally(forget);
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

/** The loop's own turn, also under the fake timers of a test. */
const nextTurn = setImmediate;

/** Waits for `work` for `ms`, and takes `late` if there is no result by then; the work itself goes on. */
export async function inTime<T>(clock: Clock, ms: number, work: Promise<T>, late: T): Promise<T> {
  let timer: ClockTimer | undefined;
  const outOfTime = new Promise<T>((resolve) => {
    // In a busy process the result may have arrived by now.
    timer = clock.timer(() => nextTurn(() => resolve(late)), ms);
  });
  try {
    return await Promise.race([work, outOfTime]);
  } finally {
    timer?.cancel();
  }
}
