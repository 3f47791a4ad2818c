import type { Clock } from '../common/clock.js';
import { sleep, withEnding } from '../common/deadline.js';
import { BetfairIdentityUnavailableError } from '../errors/index.js';
import type { IdentityClient } from '../identity/identity.client.js';
import type { CredentialProvider, LoginCredentials } from './login.credentials.js';
import type { LoginGuard } from './login.guard.js';
import type { LoginLease, RecordChange } from './login.lease.js';
import type { FoundToken, LoginPermits } from './login.permits.js';
import { NOTHING_KNOWN } from './login.record.js';
import type { RecordStore } from './record.store.js';

/** A token fresh from Betfair. */
export interface FreshToken {
  readonly token: string;
  /** Monotonic time at which the login was sent. */
  readonly validatedAt: number;
}

/** What the processes that share a store have for their logins. */
export interface Fleet {
  readonly records: RecordStore;
  readonly lease: LoginLease;
  readonly permits: LoginPermits;
}

export interface LoginDependencies {
  readonly identity: Pick<IdentityClient, 'logIn'>;
  readonly credentials: CredentialProvider;
  readonly guard: LoginGuard;
  /** `undefined` if no other process can see the store. */
  readonly fleet: Fleet | undefined;
  readonly clock: Clock;
  /** Longest time for one login, in milliseconds. */
  readonly leaseDuration: number;
}

/** Pauses before a refusal that could not be written is written again, in milliseconds. */
const TELL_PAUSES = [100, 300];

/** Makes the one login of a fleet, or finds that another process has made it. */
export class FleetLogin {
  constructor(private readonly deps: LoginDependencies) {}

  /**
   * Logs in and has the token stored. Nobody else logs in until that is done.
   *
   * @param found what the store held when a login became necessary
   * @returns what `store` returned; `undefined` if the store holds something else by now
   * @throws BetfairSessionError no login may be made, or it failed
   */
  async run<T>(
    found: FoundToken | 'unreachable',
    store: (fresh: FreshToken) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T | undefined> {
    const { clock, credentials, fleet, guard, leaseDuration } = this.deps;
    const current = await credentials.current(signal);
    const permit =
      fleet && found !== 'unreachable'
        ? await fleet.permits.get(found, current.fingerprint, signal)
        : 'alone';
    if (permit === 'moved') return undefined;
    if (permit === 'alone') {
      guard.assertAllowed(current.fingerprint);
      guard.assertWithinBudget();
    }
    const until = permit === 'alone' ? clock.monotonic() + leaseDuration : permit.until;
    let hasToken = found !== undefined;
    const change: RecordChange = (record) => ({
      ...record,
      // Nobody's until there is a token: another user name or jurisdiction may be the cure.
      account: hasToken ? record.account : null,
      tested: true,
    });
    try {
      const fresh = await this.#logIn(current, until, signal).catch(async (error: unknown) => {
        // Before any caller is told, so that no restart and no other process tries it again.
        if (guard.hasNews) await this.#tell(change);
        throw error;
      });
      hasToken = true;
      return await store(fresh);
    } finally {
      fleet?.lease.releaseSoon(change);
      if (fleet === undefined) guard.markShared();
    }
  }

  /**
   * Lifts whatever holds logins back, for the whole fleet; a login under way goes on.
   *
   * @throws SessionStorageError the record could not be changed, so nothing is lifted
   */
  async unblock(signal: AbortSignal): Promise<void> {
    const { fleet, guard } = this.deps;
    const lifted = await fleet?.records.change(
      (record) => ({ ...record, ...NOTHING_KNOWN }),
      signal,
    );
    guard.lift(lifted ?? NOTHING_KNOWN);
  }

  async #logIn(current: LoginCredentials, until: number, signal: AbortSignal): Promise<FreshToken> {
    const { clock, credentials, guard, identity } = this.deps;
    const password = await credentials.passwordToSend(current, signal);
    const validatedAt = clock.monotonic();
    const left = until - validatedAt;
    // Slept through it: another process may be logging in by now.
    if (left <= 0) throw late();
    const reply = await withEnding(
      clock,
      left,
      (ending) => identity.logIn(password, ending),
      late,
      signal,
    );
    return { token: guard.settle(reply, current.fingerprint), validatedAt };
  }

  async #tell(change: RecordChange): Promise<void> {
    const { clock, fleet } = this.deps;
    for (const pause of [...TELL_PAUSES, undefined]) {
      try {
        await fleet?.lease.release(change);
        return;
      } catch {
        // It holds in this process all the same, and the failure of the store was published as such.
        if (pause !== undefined) await sleep(clock, pause);
      }
    }
  }
}

function late(): BetfairIdentityUnavailableError {
  return new BetfairIdentityUnavailableError(
    'The login took longer than this process may hold others back from theirs.',
  );
}
