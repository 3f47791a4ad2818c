import type { LoginFacts } from './login.record.js';

const MINUTE = 60_000;
/** Logins in a row that may be lost before the next one waits. */
const FREE_LOST_LOGINS = 3;
/** Longest time for which lost logins hold back the next one. */
export const LONGEST_PAUSE_MS = 3 * MINUTE;

/**
 * Counts a login that begins among those without a known outcome: it stays there if its answer is lost or its process
 * ends first. If the password is wrong, each of them brings the account nearer to a lock, and a restart forgets all but
 * the record.
 *
 * @param now wall time
 */
export function withLoginBegun<T extends LoginFacts>(facts: T, now: number): T {
  const times = (facts.lostLogins?.times ?? 0) + 1;
  const doublings = times - FREE_LOST_LOGINS;
  const pause = doublings < 0 ? 0 : Math.min(MINUTE * 2 ** doublings, LONGEST_PAUSE_MS);
  return { ...facts, lostLogins: { times, until: Math.round(now + pause) } };
}

/** The facts if the login that began last was not sent, or failed at Betfair. */
export function withoutLoginBegun<T extends LoginFacts>(facts: T): T {
  const times = (facts.lostLogins?.times ?? 0) - 1;
  return { ...facts, lostLogins: times > 0 ? { times, until: 0 } : null };
}

/** The end of the wait that lost logins cost; `null`: none. */
export function endOfWait({ lostLogins }: LoginFacts): number | null {
  return lostLogins && lostLogins.times >= FREE_LOST_LOGINS ? lostLogins.until : null;
}
