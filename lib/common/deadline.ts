import { onAbort, reasonOf, type AbortSignalLike } from './abort-listener.js';
import type { Clock, ClockTimer } from './clock.js';

/** Node's own functions, even under the fake timers of a test. */
const nextTurn = setImmediate;
const cancelTurn = clearImmediate;

/** Milliseconds of delay of a timer that prove that the process could not run. */
const PROCESS_PAUSE_MS = 100;

/**
 * Ends work after `ms`, but not because the process could not run. Timers call back before sockets are read, so the
 * event loop first turns once, which reads an answer that has arrived. If the process was paused past the end, the work
 * gets extra time to use that answer: as long as the process was late, but at most `ms`.
 *
 * @param end - called once, unless it is cancelled
 * @param kind - `'timer'` does not keep the process alive
 */
export function endAfter(
  clock: Clock,
  ms: number,
  end: () => void,
  kind: 'deadline' | 'timer' = 'deadline',
): Pick<ClockTimer, 'cancel'> {
  const due = clock.monotonic() + ms;
  let turn: NodeJS.Immediate | undefined;
  const endNextTurn = () => {
    turn = nextTurn(end);
    if (kind === 'timer') turn.unref();
  };
  const attend = () => {
    const late = clock.monotonic() - due;
    if (late < PROCESS_PAUSE_MS) endNextTurn();
    else timer = clock[kind](endNextTurn, Math.min(late, ms));
  };
  let timer = clock[kind](attend, ms);
  return {
    cancel() {
      timer.cancel();
      cancelTurn(turn);
    },
  };
}

/**
 * Runs `work` with a deadline. After `ms`, or when `parent` aborts, its signal aborts and the promise rejects, even if
 * the work ignores the signal. A later result is dropped.
 *
 * @param timedOut - makes the error for a deadline that has passed
 */
export function withDeadline<T>(
  clock: Clock,
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
  timedOut: () => Error,
  parent?: AbortSignal,
): Promise<T> {
  const bounded = (signal: AbortSignal) => abortable(() => work(signal), signal);
  return withEnding(clock, ms, bounded, timedOut, parent);
}

/** Runs `work` like {@link withDeadline}, but waits until it settles, which it must do after its signal aborts. */
export async function withEnding<T>(
  clock: Clock,
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
  timedOut: () => Error,
  parent?: AbortSignal,
): Promise<T> {
  const controller = new AbortController();
  const unfollow = parent && onAbort(parent, () => controller.abort(reasonOf(parent)));
  const deadline = endAfter(clock, ms, () => controller.abort(timedOut()));
  try {
    return await work(controller.signal);
  } finally {
    deadline.cancel();
    unfollow?.();
  }
}

/** Waits for `work` until `signal` aborts, which rejects. The work itself continues. */
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

/**
 * Waits for `ms` or until `signal` aborts, which rejects.
 *
 * @param kind - `'timer'` does not keep the process alive
 */
export function sleep(
  clock: Clock,
  ms: number,
  signal?: AbortSignal,
  kind: 'deadline' | 'timer' = 'timer',
): Promise<void> {
  let wake: { cancel(): void } | undefined;
  const slept = new Promise<void>((resolve) => {
    wake = clock[kind](resolve, ms);
  });
  return abortable(() => slept, signal).finally(() => wake?.cancel());
}

/** Waits for `work` for `ms`, and returns `late` if there is no result. The work itself continues. */
export async function inTime<T>(clock: Clock, ms: number, work: Promise<T>, late: T): Promise<T> {
  let timer: Pick<ClockTimer, 'cancel'> | undefined;
  const outOfTime = new Promise<T>((resolve) => {
    timer = endAfter(clock, ms, () => resolve(late), 'timer');
  });
  try {
    return await Promise.race([work, outOfTime]);
  } finally {
    timer?.cancel();
  }
}
