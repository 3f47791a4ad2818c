import { shownTokens } from './rejection/shown-token.js';
import type { TakenSession } from './call-scope.js';
import type { RefusalDetails } from './session-source.js';

/** A session that an outcome says was refused. */
export interface Refusal extends TakenSession {
  readonly isProof: boolean;
}

/**
 * Tells which of the sessions that were taken the parts of an outcome that look refused are about: those whose token
 * such a part shows on its own request to the API, which is proof; otherwise the last one of each account.
 */
export function refusalsIn(
  parts: readonly unknown[],
  taken: readonly TakenSession[],
): readonly Refusal[] {
  const proven = taken.filter(({ source, session }) => {
    const { origin } = new URL(source.api);
    return parts.some((part) => shownTokens(part, origin).has(session.token));
  });
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
