/** A timer that was set on a {@link Clock}. */
export interface ClockTimer {
  /** Takes the timer off the clock; does nothing once it has called back. */
  cancel(): void;
  /** The timer of Node behind it, if there is one: `SchedulerRegistry` stops it by that. */
  readonly handle?: unknown;
}

/**
 * Time as the session manager sees it. Lifetimes and waits count on the monotonic clock, which no NTP step moves; only
 * what is shown to people or shared between machines is on the wall clock.
 */
export interface Clock {
  /** Milliseconds since some fixed point; never goes back. */
  monotonic(): number;
  /** Milliseconds since the Unix epoch. */
  wall(): number;
  /** Calls back after `ms`; does not keep the process alive. */
  timer(callback: () => void, ms: number): ClockTimer;
  /** A random number from 0 up to, not including, 1, by which waits are spread. */
  random(): number;
  /** Like {@link timer}, for the end of work in progress: keeps the process alive until then. */
  deadline(callback: () => void, ms: number): ClockTimer;
}

/** Longest delay that Node's timers take (2^31 - 1 ms, 24.8 days); they fire at once for a longer one. */
const LONGEST_DELAY = 2_147_483_647;

function set(callback: () => void, ms: number): NodeJS.Timeout {
  return setTimeout(callback, Math.min(Math.max(ms, 0), LONGEST_DELAY));
}

/** The clock of the machine. */
export const systemClock: Clock = {
  monotonic: () => performance.now(),
  wall: () => Date.now(),
  random: () => Math.random(),
  timer(callback, ms) {
    const handle = set(callback, ms);
    handle.unref();
    return { cancel: () => clearTimeout(handle), handle };
  },
  deadline(callback, ms) {
    const handle = set(callback, ms);
    return { cancel: () => clearTimeout(handle), handle };
  },
};
