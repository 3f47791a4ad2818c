import { type LoginFacts, type LoginRecord, markTested } from './login.record.js';

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
export function withLoginBegun(record: LoginRecord, now: number): LoginRecord {
  const times = (record.lostLogins?.times ?? 0) + 1;
  const doublings = times - FREE_LOST_LOGINS;
  const pause = doublings < 0 ? 0 : Math.min(MINUTE * 2 ** doublings, LONGEST_PAUSE_MS);
  return { ...record, lostLogins: { times, until: Math.round(now + pause) } };
}

/** The record if the login that began last was not sent, or failed at Betfair. */
export function withoutLoginBegun(record: LoginRecord): LoginRecord {
  const times = (record.lostLogins?.times ?? 0) - 1;
  return { ...record, lostLogins: times > 0 ? { times, until: 0 } : null };
}

/** The record after a login that was not made: whoever took the lease meanwhile counts one of its own. */
export function afterNoLogin(record: LoginRecord, isHolder: boolean): LoginRecord {
  return isHolder ? withoutLoginBegun(record) : record;
}

/** The same, after the store was seen to write conditionally. */
export function afterTestOnly(record: LoginRecord, isHolder: boolean): LoginRecord {
  return markTested(afterNoLogin(record, isHolder));
}

/** The end of the wait that lost logins cost; `null`: none. */
export function endOfWait({ lostLogins }: LoginFacts): number | null {
  return lostLogins && lostLogins.times >= FREE_LOST_LOGINS ? lostLogins.until : null;
}
