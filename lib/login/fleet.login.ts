import type { Clock } from '../common/clock.js';
import { withEnding } from '../common/deadline.js';
import { type Growth, Pauses } from '../common/pauses.js';
import { BetfairIdentityUnavailableError } from '../errors/index.js';
import type { IdentityClient } from '../identity/identity.client.js';
import type { CredentialProvider, LoginCredentials } from './credentials/login.credentials.js';
import type { LoginGuard } from './guard/login.guard.js';
import type { Fleet } from './fleet.js';
import type { LoginPermit, RecordChange } from './lease/login.lease.js';
import type { LoginReply } from '../identity/identity-reply.js';
import type { FoundToken, Moved } from './login.permits.js';
import { withNothing } from './lease/record.facts.js';
import { NOTHING_KNOWN } from './lease/lease.record.js';
import type { LoginSpread } from './login.spread.js';

/** A token fresh from Betfair. */
export interface FreshToken {
  readonly token: string;
  /** Monotonic time at which the login was sent. */
  readonly validatedAt: number;
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

/** Tries to write a refusal into the record. */
const TELL_TRIES = 3;
const BETWEEN_TELLS: Growth = { first: 100, factor: 3 };

/** Makes the one login of a fleet, or finds that another process has made it. */
export class FleetLogin {
  #running: Promise<unknown> | undefined;

  constructor(private readonly deps: LoginDependencies) {}

  /**
   * Logs in and has the token stored. Nobody else logs in until that is done.
   *
   * @param found what the store held when a login became necessary
   * @param spread waited for if the lease is out of reach
   * @returns what `store` returned; what the store holds by now if that is something else
   * @throws BetfairSessionError no login may be made, or it failed
   */
  run<T>(
    found: FoundToken | 'unreachable',
    store: (fresh: FreshToken) => Promise<T>,
    spread: LoginSpread,
    signal: AbortSignal,
  ): Promise<T | Moved> {
    const login = this.#run(found, store, spread, signal);
    const running = login
      .catch(() => undefined)
      .finally(() => {
        if (this.#running === running) this.#running = undefined;
      });
    this.#running = running;
    return login;
  }

  /** Settles when the login made last has ended, and its lease is being given back. */
  get running(): Promise<unknown> | undefined {
    return this.#running;
  }

  async #run<T>(
    found: FoundToken | 'unreachable',
    store: (fresh: FreshToken) => Promise<T>,
    spread: LoginSpread,
    signal: AbortSignal,
  ): Promise<T | Moved> {
    const { clock, credentials, fleet, guard, leaseDuration } = this.deps;
    const current = await credentials.current(signal);
    const permit =
      fleet && found !== 'unreachable'
        ? await fleet.permits.get(found, current.fingerprint, spread, signal)
        : 'alone';
    if (permit !== 'alone' && 'moved' in permit) return permit;
    if (permit === 'alone') {
      guard.assertAllowed(current.fingerprint);
      guard.assertWithinBudget();
    }
    const until = permit === 'alone' ? clock.monotonic() + leaseDuration : permit.until;
    const noteTest: RecordChange = fleet?.noteTest ?? ((record) => record);
    let change = noteTest;
    try {
      const { reply, validatedAt } = await this.#send(current, until, signal);
      const token = await this.#settle(reply, current, permit, signal);
      // Not kept for later if it cannot be written: by then it may be wrong.
      change = (record) => ({ ...noteTest(record), ...guard.afterLogin(record) });
      return await store({ token, validatedAt });
    } finally {
      fleet?.lease.releaseSoon(change);
    }
  }

  /**
   * Lifts whatever holds logins back, for the whole fleet; a login under way goes on.
   *
   * @throws SessionStorageError the record could not be changed, so nothing is lifted
   */
  async unblock(signal: AbortSignal): Promise<void> {
    const { credentials, fleet, guard } = this.deps;
    await this.#running;
    // What it would add comes before.
    if (fleet?.lease.leaving) await fleet.lease.release(undefined, signal).catch(() => undefined);
    const lifted = await fleet?.records.change(
      (record) => ({ ...record, ...withNothing(record) }),
      signal,
    );
    credentials.startAfresh();
    guard.lift(lifted?.record ?? NOTHING_KNOWN);
  }

  async #send(
    current: LoginCredentials,
    until: number,
    signal: AbortSignal,
  ): Promise<{ readonly reply: LoginReply; readonly validatedAt: number }> {
    const { clock, credentials, identity } = this.deps;
    const secrets = await credentials.secretsToSend(current, signal);
    const validatedAt = clock.monotonic();
    const left = until - validatedAt;
    // Slept through it: another process may be logging in by now.
    if (left <= 0) throw late();
    const reply = await withEnding(
      clock,
      left,
      (ending) => identity.logIn(secrets, ending, until),
      late,
      signal,
    );
    if (reply.type === 'refused' && reply.kind === 'strongCode') credentials.refuseCode(secrets);
    return { reply, validatedAt };
  }

  async #settle(
    reply: LoginReply,
    { fingerprint }: LoginCredentials,
    permit: LoginPermit | 'alone',
    signal: AbortSignal,
  ): Promise<string> {
    const { guard } = this.deps;
    try {
      return guard.settle(reply, fingerprint);
    } catch (error) {
      // Before anybody is told, who may end the process, so that no restart and no other process tries it again.
      const mayHaveLoggedIn = reply.type === 'unclear' && reply.mayHaveLoggedIn;
      const tries = permit === 'alone' ? 1 : TELL_TRIES;
      if (guard.news) await this.#tell(mayHaveLoggedIn, tries, signal);
      guard.announcements.blocked(error);
      throw error;
    }
  }

  async #tell(mayHaveLoggedIn: boolean, tries: number, signal: AbortSignal): Promise<void> {
    const { clock, fleet, guard } = this.deps;
    if (fleet === undefined) return guard.forgetNews();
    const pauses = new Pauses(clock, BETWEEN_TELLS);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await fleet.lease.tell(fleet.noteTest, signal, mayHaveLoggedIn);
      } catch {
        // It holds in this process all the same, and the failure of the store was published as such.
        if (signal.aborted || attempt === tries) return;
        await pauses.wait(signal).catch(() => undefined);
      }
    }
  }
}

function late(): BetfairIdentityUnavailableError {
  return new BetfairIdentityUnavailableError('The login did not finish before its lease expired.');
}
