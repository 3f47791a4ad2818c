import type { LoginFacts } from '../../login/lease/lease.record.js';

/** Lists what a record held against logins, in words. */
export function describeFacts(facts: LoginFacts, now: number): readonly string[] {
  const { refusals, places, staleCodes, lostLogins, ban } = facts;
  const codes = new Set(Object.values(refusals));
  const refusedPlaces = Object.values(places).filter(({ until }) => until > now);
  return [
    ...[...codes].map((code) => `the refusal ${code}`),
    ...refusedPlaces.map(
      ({ code, until }) => `the refusal ${code} of one host, until ${isoTime(until)}`,
    ),
    ...(ban !== null && ban > now ? [`the ban until ${isoTime(ban)}`] : []),
    ...(staleCodes ? [`refused two-factor codes: ${staleCodes.times}`] : []),
    ...(lostLogins ? [`logins without an answer: ${lostLogins.times}`] : []),
  ];
}

/** Writes a time from a record, which anybody may have written. */
function isoTime(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? 'an unknown time' : date.toISOString();
}
