import { shownTokens } from './rejection/shown-token.js';
import type { TakenSession } from './call-scope.js';
import type { RefusalDetails } from './session-source.js';

/** A session that an outcome says was refused. */
export interface Refusal extends TakenSession {
  readonly isProof: boolean;
}

/**
 * Tells which of the sessions that were taken an outcome that looks refused is about: the one whose token it shows on a
 * request to the API, which proves it; otherwise the last one of each account, which is a suspicion.
 */
export function refusalsIn(outcome: unknown, taken: readonly TakenSession[]): readonly Refusal[] {
  const proven = taken.filter(({ source, session }) =>
    shownTokens(outcome, new URL(source.api).origin).has(session.token),
  );
  if (proven.length > 0) return proven.map((one) => ({ ...one, isProof: true }));
  const latest = new Map(taken.map((one) => [one.source, one]));
  return Array.from(latest.values(), (one) => ({ ...one, isProof: false }));
}

/** Has the refused sessions replaced that are dead, and returns those. */
export async function replaceDead<R extends Refusal>(
  refusals: readonly R[],
  details: Omit<RefusalDetails, 'isProof'>,
): Promise<readonly R[]> {
  const gone = await Promise.all(
    refusals.map(({ source, session, isProof }) =>
      source.refused(session, { ...details, isProof }),
    ),
  );
  return refusals.filter((_, index) => gone[index]);
}
