import type { SessionParts } from './session.composition.js';
import { BetfairSessionError } from '../errors/index.js';
import type { ObservedAccount } from '../telemetry/telemetry.js';
import type { SessionStatus } from './events/session.events.js';

/** Derives the status of an account from its parts. */
export function statusOf({ cache, clock, guard, storage }: SessionParts): SessionStatus {
  const { servable } = cache;
  const { blocked } = guard;
  const persisted = servable?.version !== undefined;
  const isDegraded = blocked !== undefined || !persisted || storage.degraded;
  const expiresAt = servable && new Date(clock.wall() + servable.freshUntil - clock.monotonic());
  return {
    state: servable ? (isDegraded ? 'degraded' : 'ready') : blocked ? 'blocked' : 'empty',
    ...(expiresAt && { expiresAt }),
    ...(blocked?.until && { blockedUntil: blocked.until }),
    persisted,
  };
}

/** Finds what keeps the status from being `ready`, or will fail the next call that needs a new session. */
export function troubleOf({
  guard,
  provider,
  storage,
}: SessionParts): BetfairSessionError | undefined {
  const { failure } = provider;
  const failed = failure instanceof BetfairSessionError ? failure : undefined;
  return guard.trouble ?? storage.failure ?? failed;
}

/** Describes the account for the gauges of its telemetry. */
export function observedStateOf(parts: SessionParts): ObservedAccount {
  const { cache, clock, credentials, guard, storage } = parts;
  const { servable } = cache;
  const expiry = credentials.knownExpiry;
  return {
    state: statusOf(parts).state,
    timeLeft: servable ? servable.freshUntil - clock.monotonic() : 0,
    certificateTimeLeft: expiry && expiry.getTime() - clock.wall(),
    isUnstored: storage.degraded || (servable !== undefined && servable.version === undefined),
    isLoginBlocked: guard.blocked !== undefined,
  };
}
