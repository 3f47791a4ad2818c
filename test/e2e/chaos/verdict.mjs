// What a round must show, and its figures.
import { LEASE } from '../fleet/scenarios.mjs';
import { CUT_OFF } from './crew.mjs';

const MINUTE = 60_000;
const MAX_LOGINS_PER_MINUTE = 5;
/** A login is made that long at least before its lease can be taken over, if nobody edits the lease. */
const LEASE_SAFETY_MS = 3_000;
/** Two renewals of 20 s, and some requests around them: longer than that, a call hangs. */
export const CALL_LIMIT_MS = 48_000;

/** What a call may come to while its session is ended, its process stopped or its store edited. */
const OUTCOMES = new Set([
  'answered',
  CUT_OFF,
  'refused',
  'BETFAIR_API_ERROR INVALID_SESSION_INFORMATION',
  'BETFAIR_IDENTITY_UNAVAILABLE',
  'BETFAIR_LOGIN_BLOCKED',
  'BETFAIR_STORAGE_UNAVAILABLE',
]);

/**
 * The account of the logins. One whose token came into the store needs a cause of its own before it: the cold start, an
 * end of sessions that were stored, or an edit that destroyed a live one. One that came late needs none, because it
 * shares that of the login that took its place. One whose token never did needs a disturbance of its own that hit it:
 * its process was killed or stopped, or another login was made to overlap with it.
 */
function auditLogins({ ledger, crew, intruder }) {
  const logins = ledger.logins.filter(({ process }) => process !== undefined);
  const late = new Set(logins.filter((login) => isLate(login, { logins, crew, intruder })));
  const stored = logins.filter((login) => login.isStored && !late.has(login));
  const lasts = (token, at) => {
    const login = ledger.issued.get(token);
    return login?.isStored && (!late.has(login) || login.storedAt <= at);
  };
  const causes = ledger.causes.filter(
    ({ type, at, tokens }) => type === 'destroyed' || tokens.some((token) => lasts(token, at)),
  );
  const faults = [];
  for (const [index, { at }] of stored.entries()) {
    const called = 1 + causes.filter((cause) => cause.at <= at).length;
    if (index + 1 > called)
      faults.push(`login ${index + 1} of ${called} that were called for by then`);
  }
  const lost = { killed: 0, stopped: 0, overlapped: 0 };
  const spare = [
    ...crew.lives.flatMap(({ stops }) => stops),
    ...intruder.edits.map(({ at }) => ({ from: at, to: at })),
  ];
  const lostLogins = logins.filter(({ isStored }) => !isStored);
  for (const login of lostLogins) {
    const reason = reasonOf(login, crew.of(login.process), spare);
    if (reason) lost[reason] += 1;
    else faults.push(`${ledger.nameOf(login.token)} was not stored, and nothing had hit its login`);
  }
  const of = (type) => causes.filter((cause) => cause.type === type).length;
  return {
    faults,
    figures: {
      logins: `${logins.length} of ${crew.lives.length} processes: ${stored.length} stored, ${late.size} stored late, ${lostLogins.length} lost`,
      'logins called for': `1 cold start, ${of('ended')} ends of sessions, ${of('destroyed')} live tokens destroyed`,
      'logins lost to': `${lost.killed} kills, ${lost.stopped} stops, ${lost.overlapped} overlaps`,
    },
  };
}

/**
 * Tells if a process was stopped between its login and the write of its token, and another took the lease over
 * meanwhile, because it had expired or was edited away, and logged in. What was stored by then was dead, so the late
 * token replaced it.
 */
function isLate(login, { logins, crew, intruder }) {
  const { at, process, storedAt, isStored } = login;
  if (!isStored || !crew.of(process).wasStoppedIn(at, storedAt)) return false;
  return logins.some((other) => {
    if (!other.isStored || other.at <= at || other.at >= storedAt) return false;
    const isEdit = (edit) => edit.of === 'lease' && edit.at >= at - LEASE && edit.at <= other.at;
    return other.at >= at + LEASE_SAFETY_MS || intruder.edits.some(isEdit);
  });
}

function reasonOf({ at, loggedOutBy }, life, spare) {
  if (loggedOutBy === undefined) {
    if (life.killedAt >= at && life.killedAt < at + LEASE) return 'killed';
    return life.wasStoppedIn(at - LEASE, at + LEASE) ? 'stopped' : undefined;
  }
  const index = spare.findIndex(({ from, to }) => from <= at + LEASE && to >= at - 2 * LEASE);
  if (index < 0) return undefined;
  spare.splice(index, 1);
  return 'overlapped';
}

/** The most logins of one process within a minute. */
function busiestMinute({ logins }) {
  const within = ({ at, process }) =>
    logins.filter((one) => one.process === process && one.at >= at && one.at < at + MINUTE).length;
  return Math.max(0, ...logins.filter(({ process }) => process !== undefined).map(within));
}

function auditCalls({ crew }) {
  const calls = crew.lives.flatMap((life) =>
    life.calls.map((call) => ({
      ...call,
      wasStopped: life.wasStoppedIn(call.at, call.at + call.ms),
    })),
  );
  const running = calls.filter(({ wasStopped }) => !wasStopped);
  const answered = running.filter(({ outcome }) => outcome === 'answered').map(({ ms }) => ms);
  const sorted = answered.toSorted((a, b) => a - b);
  const p99 = sorted[Math.floor(sorted.length * 0.99)] ?? Infinity;
  const longest = Math.max(...running.map(({ ms }) => ms));
  const faults = [];
  if (p99 >= LEASE) faults.push(`the 99th percentile of a call is ${Math.round(p99)} ms`);
  if (longest >= CALL_LIMIT_MS) faults.push(`a call took ${Math.round(longest)} ms`);
  for (const { outcome } of running) {
    if (!OUTCOMES.has(outcome)) faults.push(`a call came to ${outcome}`);
  }
  return {
    faults: [...new Set(faults)],
    figures: {
      calls: tally(calls.map(({ outcome }) => outcome)),
      'calls of processes that ran': `99th percentile ${p99.toFixed(1)} ms, longest ${Math.round(longest)} ms`,
    },
  };
}

function tally(outcomes) {
  const counts = new Map();
  for (const outcome of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return [...counts].map(([outcome, count]) => `${outcome} ${count}`).join(', ');
}

/** All that must hold after a round. */
export function judge(round, simulator) {
  const { crew, intruder, ledger, agreedMs } = round;
  const logins = auditLogins(round);
  const calls = auditCalls(round);
  const busiest = busiestMinute(ledger);
  const died = crew.lives.filter((life) => life.died !== undefined);
  const attempts = simulator.counts.loginAttempts;
  const stops = crew.lives.flatMap((life) => life.stops);
  const faults = [
    ...round.faults,
    ...ledger.faults,
    ...ledger.torn.map((text) => `torn: ${text}`),
    ...died.map((life) => `the process ${life.number} ended by itself (${life.died})`),
    ...logins.faults,
    ...calls.faults,
  ];
  if (agreedMs === undefined) faults.push('they did not agree on the stored session in time');
  if (busiest > MAX_LOGINS_PER_MINUTE) faults.push(`a process made ${busiest} logins in a minute`);
  if (simulator.banned()) faults.push("Betfair's ban was reached");
  // Else the order of logins and tokens is not known.
  if (attempts !== ledger.issued.size)
    faults.push(`${attempts} logins, ${ledger.issued.size} tokens`);
  return {
    faults,
    figures: {
      chaos: `${crew.lives.filter((life) => life.isKilled).length} kills, ${stops.length} stops, ${intruder.edits.length} foreign edits`,
      ...logins.figures,
      'most logins of one process in a minute': busiest,
      'torn texts': `${ledger.torn.length} in ${ledger.reads} looks`,
      ...calls.figures,
      'agreed again after': `${agreedMs} ms`,
    },
  };
}
