import type { SessionParts } from './session.composition.js';
import type { SessionStatus } from './session.events.js';

/** How well the account is served, derived at the moment of asking. */
export function statusOf({
  cache,
  clock,
  guard,
  storage,
}: Pick<SessionParts, 'cache' | 'clock' | 'guard' | 'storage'>): SessionStatus {
  const { fresh, held } = cache;
  const { blocked } = guard;
  const persisted = fresh !== undefined && held?.version !== undefined;
  const troubled = blocked !== undefined || !persisted || storage.degraded;
  const expiresAt = fresh && held && new Date(clock.wall() + held.freshUntil - clock.monotonic());
  return {
    state: fresh ? (troubled ? 'degraded' : 'ready') : blocked ? 'blocked' : 'empty',
    ...(expiresAt && { expiresAt }),
    ...(blocked?.until && { blockedUntil: blocked.until }),
    persisted,
  };
}
