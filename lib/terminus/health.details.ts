import { BetfairLoginRejectedError, type BetfairSessionError } from '../errors/index.js';
import type { SessionStatus } from '../session/events/session.events.js';

const NOT_STORED =
  'The session is in memory only, so a restart needs another login. It is stored with the next keepAlive.';

/** Details of a check, for a person: no secret, and no name of the account at Betfair. */
export interface HealthDetails extends Record<string, unknown> {
  readonly state: SessionStatus['state'];
  readonly persisted: boolean;
  readonly expiresAt?: string;
  readonly blockedUntil?: string;
  readonly code?: string;
  readonly loginCode?: string;
  readonly message?: string;
}

/** Describes a status, and the trouble behind it, as text that a person can act on. */
export function healthDetailsOf(
  { state, persisted, expiresAt, blockedUntil }: SessionStatus,
  trouble: BetfairSessionError | undefined,
): HealthDetails {
  const message = trouble?.message ?? (state === 'degraded' ? NOT_STORED : undefined);
  return {
    state,
    persisted,
    ...(expiresAt && { expiresAt: expiresAt.toISOString() }),
    ...(blockedUntil && { blockedUntil: blockedUntil.toISOString() }),
    ...(trouble && { code: trouble.code }),
    ...(trouble instanceof BetfairLoginRejectedError && { loginCode: trouble.loginCode }),
    ...(message && { message }),
  };
}
