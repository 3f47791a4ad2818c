import type { Clock } from './clock.js';

/** Milliseconds before a warning is repeated. */
const WARNING_INTERVAL_MS = 10 * 60_000;

/**
 * Limits warnings: each text passes at most once in ten minutes.
 *
 * @returns a function that warns, and tells if it did
 */
export function warnRarely(clock: Clock, warn: (text: string) => void): (text: string) => boolean {
  const warnedAt = new Map<string, number>();
  return (text) => {
    const now = clock.monotonic();
    const before = warnedAt.get(text);
    if (before !== undefined && now - before < WARNING_INTERVAL_MS) return false;
    warnedAt.set(text, now);
    warn(text);
    return true;
  };
}
