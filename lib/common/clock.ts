/** A timer that was set on a {@link Clock}. */
export interface ClockTimer {
  /** Cancels the timer; does nothing after it has called back. */
  cancel(): void;
  /** Node's own timer, if there is one, which `SchedulerRegistry` can stop. */
  readonly handle?: unknown;
}

/**
 * Clock of the session manager. Lifetimes and waits use the monotonic clock, which NTP does not change. Only times for
 * people or other machines use the wall clock.
 */
export interface Clock {
  /** Milliseconds since a fixed point; never decreases. */
  monotonic(): number;
  /** Milliseconds since the Unix epoch. */
  wall(): number;
  /** Calls back after `ms`; does not keep the process alive. */
  timer(callback: () => void, ms: number): ClockTimer;
  /** Random number from 0 up to, but not including, 1, which spreads waits. */
  random(): number;
  /** Does the same as {@link timer}, but keeps the process alive. For work in progress. */
  deadline(callback: () => void, ms: number): ClockTimer;
}

/** Longest delay of Node's timers (2^31 - 1 ms, 24.8 days). With a longer one they call back at once. */
const MAX_DELAY_MS = 2_147_483_647;

function set(callback: () => void, ms: number): NodeJS.Timeout {
  return setTimeout(callback, Math.min(Math.max(ms, 0), MAX_DELAY_MS));
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
