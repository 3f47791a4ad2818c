import {
  type LoginFacts,
  type LoginRow,
  NOTHING_KNOWN,
  type PassingRefusal,
} from './lease.record.js';

/** Credentials, and hosts, that are remembered. */
const MOST_REMEMBERED = 20;

export function withRefusal(facts: LoginFacts, fingerprint: string, code: string): LoginFacts {
  const { [fingerprint]: before, ...others } = facts.refusals;
  return {
    ...facts,
    refusals: latest({ ...others, [fingerprint]: code }),
    refusedInARow: facts.refusedInARow + (before === undefined ? 1 : 0),
  };
}

export function withPlace(
  facts: LoginFacts,
  host: string,
  refusal: PassingRefusal,
  now: number,
): LoginFacts {
  const others = Object.entries(facts.places).filter(
    ([name, { until }]) => name !== host && until > now,
  );
  return { ...facts, places: latest({ ...Object.fromEntries(others), [host]: refusal }) };
}

/** Facts without what a login with these credentials from this host disproves. */
export function withoutThese(facts: LoginFacts, fingerprint: string, host: string): LoginFacts {
  const { [fingerprint]: _refusal, ...refusals } = facts.refusals;
  const { [host]: _place, ...places } = facts.places;
  return { ...NOTHING_KNOWN, epoch: facts.epoch, refusals, places };
}

/** The facts after a person lifted them all. */
export function withNothing(facts: LoginFacts): LoginFacts {
  return inNextEpoch({ ...NOTHING_KNOWN, epoch: facts.epoch });
}

/** The facts of a record with which what others have learned before holds no more. */
export function inNextEpoch(facts: LoginFacts): LoginFacts {
  return { ...facts, epoch: facts.epoch + 1 };
}

/** The row that is further on: one that is told late must not take the other back. */
export function laterRow(row: LoginRow, other: LoginRow | null): LoginRow {
  return {
    times: Math.max(row.times, other?.times ?? 0),
    until: Math.max(row.until, other?.until ?? 0),
  };
}

function latest<T>(entries: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(entries).slice(-MOST_REMEMBERED));
}
