import { type LoginFacts, NOTHING_KNOWN, type PassingRefusal } from './login.record.js';

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

/** The facts after a login with these credentials from this host: whatever was said against it holds no more. */
export function withoutThese(facts: LoginFacts, fingerprint: string, host: string): LoginFacts {
  const { [fingerprint]: _refusal, ...refusals } = facts.refusals;
  const { [host]: _place, ...places } = facts.places;
  return { ...withNothing(facts), refusals, places };
}

/** The facts after a person lifted them all. */
export function withNothing({ epoch }: LoginFacts): LoginFacts {
  return { ...NOTHING_KNOWN, epoch: epoch + 1 };
}

function latest<T>(entries: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(entries).slice(-MOST_REMEMBERED));
}
