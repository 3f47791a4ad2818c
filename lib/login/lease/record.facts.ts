import {
  type LoginFacts,
  type LoginRow,
  NOTHING_KNOWN,
  type PassingRefusal,
} from './lease.record.js';

/** Number of refused credentials, and of refused hosts, that a record keeps. */
const MAX_KEPT = 20;

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

/** Removes the facts that a login with these credentials from this host disproves. */
export function withoutThese(facts: LoginFacts, fingerprint: string, host: string): LoginFacts {
  const { [fingerprint]: _refusal, ...refusals } = facts.refusals;
  const { [host]: _place, ...places } = facts.places;
  return { ...NOTHING_KNOWN, epoch: facts.epoch, refusals, places };
}

/** Removes all facts, after a person lifted them. */
export function withNothing(facts: LoginFacts): LoginFacts {
  return inNextEpoch({ ...NOTHING_KNOWN, epoch: facts.epoch });
}

/** Begins a new epoch, which voids what other processes have not recorded yet. */
export function inNextEpoch(facts: LoginFacts): LoginFacts {
  return { ...facts, epoch: facts.epoch + 1 };
}

/** Merges two rows, so that one that is recorded late does not undo the other. */
export function laterRow(row: LoginRow, other: LoginRow | null): LoginRow {
  return {
    times: Math.max(row.times, other?.times ?? 0),
    until: Math.max(row.until, other?.until ?? 0),
  };
}

function latest<T>(entries: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(entries).slice(-MAX_KEPT));
}
