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

/** Token from a login just made. */
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
  /** Milliseconds within which one login must end. */
  readonly leaseDuration: number;
}

/** Attempts to write a refusal into the record. */
const MAX_RECORD_ATTEMPTS = 3;
const RECORD_RETRY_PAUSES: Growth = { first: 100, factor: 3 };

/** Logs in for all processes of an account, unless another process has just done so. */
export class FleetLogin {
  #running: Promise<unknown> | undefined;

  constructor(private readonly deps: LoginDependencies) {}

  /**
   * Logs in and calls `store` with the token. No other process logs in until that is done.
   *
   * @param found token that the store held when the login became necessary
   * @param spread random wait if the store is unreachable
   * @returns the result of `store`, or the token that another process has stored meanwhile
   * @throws BetfairSessionError no login is allowed, or it failed
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

  /** Settles when the last login has ended. */
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
      // Written only with this release: it may be wrong later.
      change = (record) => ({ ...noteTest(record), ...guard.afterLogin(record) });
      return await store({ token, validatedAt });
    } finally {
      fleet?.lease.releaseSoon(change);
    }
  }

  /**
   * Lifts everything that blocks logins, for all processes, after a login in progress has ended.
   *
   * @throws SessionStorageError the record could not be changed, so nothing is lifted
   */
  async unblock(signal: AbortSignal): Promise<void> {
    const { credentials, fleet, guard } = this.deps;
    await this.#running;
    // The pending release may write a refusal, so it goes first.
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
    // The lease has expired meanwhile, so another process may be logging in.
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
      // Recorded before the event is published: a listener may end the process, and a restart must not try again.
      const mayHaveLoggedIn = reply.type === 'unclear' && reply.mayHaveLoggedIn;
      const attempts = permit === 'alone' ? 1 : MAX_RECORD_ATTEMPTS;
      if (guard.news) await this.#tell(mayHaveLoggedIn, attempts, signal);
      guard.announcements.blocked(error);
      throw error;
    }
  }

  async #tell(mayHaveLoggedIn: boolean, attempts: number, signal: AbortSignal): Promise<void> {
    const { clock, fleet, guard } = this.deps;
    if (fleet === undefined) return guard.forgetNews();
    const pauses = new Pauses(clock, RECORD_RETRY_PAUSES);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await fleet.lease.tell(fleet.noteTest, signal, mayHaveLoggedIn);
      } catch {
        // This process remembers it in any case, and the failure of the store was published.
        if (signal.aborted || attempt === attempts) return;
        await pauses.wait(signal).catch(() => undefined);
      }
    }
  }
}

function late(): BetfairIdentityUnavailableError {
  return new BetfairIdentityUnavailableError(
    'The login did not finish before its lease expired. It is tried again after a short wait.',
  );
}
