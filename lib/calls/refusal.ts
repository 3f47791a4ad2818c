import { shownTokens } from './rejection/shown-token.js';
import type { TakenSession } from './call-scope.js';
import type { RefusalDetails } from './session-source.js';

/** A session that was refused, according to an outcome. */
export interface Refusal extends TakenSession {
  readonly isProof: boolean;
}

/**
 * Finds the sessions that the refused parts of an outcome are about. A part that shows the token on its own request to
 * the API is proof. Without proof, the last session that was taken of each account is suspected.
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

/** Replaces those of the refused sessions that are dead, and returns them. */
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
