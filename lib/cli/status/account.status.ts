import { systemClock } from '../../common/clock.js';
import { parseStoredToken } from '../../common/session-token.js';
import { BetfairLoginBlockedError } from '../../errors/index.js';
import { findRecordedObstacle } from '../../login/guard/recorded.obstacle.js';
import type { LoginRecord } from '../../login/lease/lease.record.js';
import { storedObjectsOf } from '../../login/stored-objects.js';
import type { ResolvedSessionOptions } from '../../options/resolved-options.js';
import { currentCredentials } from '../account/current.credentials.js';
import type { OpenedStore } from '../account/open.store.js';

/** Form of the names of holders that are shown: others write to the store, too. */
const HOLDER = /^[\w-]{1,60}$/;

/** State of an account by what the store holds. It holds no secret. */
export interface AccountStatus {
  /** Place of the store; `null` if it does not say. */
  readonly store: string | null;
  readonly session: {
    /** Name of the stored object. */
    readonly key: string;
    /** `true` if a token is stored. If it is alive, only Betfair knows. */
    readonly stored: boolean;
  };
  readonly login: {
    /** `null`: not known, because the credentials cannot be read. */
    readonly allowed: boolean | null;
    /** Time from which a login is possible again, if nobody need do anything for it. */
    readonly until?: string;
    readonly reason?: string;
  };
  /** Process that may log in now, while the others wait; `null`: none. */
  readonly lease: {
    readonly holder: string;
    readonly since: string | null;
    readonly seconds: number;
  } | null;
}

/** Reads what the store tells, without a request to Betfair. */
export async function readStatus(
  { storage, records, traits }: OpenedStore,
  resolved: ResolvedSessionOptions,
): Promise<AccountStatus> {
  const { sessionKey } = resolved;
  const { record } = await records.read();
  const stored = await storage.read(sessionKey);
  const hasToken = stored !== undefined && parseStoredToken(stored.value) !== undefined;
  return {
    store: traits.location ?? null,
    session: { key: sessionKey, stored: hasToken },
    login: await loginOf(record, resolved),
    lease: leaseOf(record),
  };
}

async function loginOf(
  record: LoginRecord,
  resolved: ResolvedSessionOptions,
): Promise<AccountStatus['login']> {
  const { credentials, fault } = await currentCredentials(resolved);
  const fingerprint = credentials?.fingerprint ?? '';
  const { deletion } = storedObjectsOf(resolved);
  const obstacle = findRecordedObstacle(record, fingerprint, systemClock, deletion);
  if (obstacle === undefined) {
    return fault === undefined
      ? { allowed: true }
      : { allowed: null, reason: unknown(record, fault) };
  }
  const until = obstacle instanceof BetfairLoginBlockedError ? obstacle.until : undefined;
  return {
    allowed: false,
    ...(until && { until: until.toISOString() }),
    reason: obstacle.message,
  };
}

function unknown({ refusals }: LoginRecord, fault: string): string {
  const codes = Object.values(refusals).join(', ');
  return codes === '' ? fault : `${fault} Recorded refusals of logins: ${codes}.`;
}

function leaseOf({ holder }: LoginRecord): AccountStatus['lease'] {
  if (holder === null) return null;
  const { id, duration, since } = holder;
  // By the clocks of both machines; a process that waits counts the time itself.
  if (since !== undefined && since + duration < Date.now()) return null;
  return {
    holder: HOLDER.test(id) ? id : 'unnamed',
    since: since === undefined ? null : new Date(since).toISOString(),
    seconds: Math.ceil(duration / 1_000),
  };
}
