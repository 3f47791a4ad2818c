import type { Clock } from '../common/clock.js';
import { sleep, withDeadline } from '../common/deadline.js';
import {
  BetfairConfigurationError,
  BetfairIdentityUnavailableError,
  SessionStorageError,
} from '../errors/index.js';
import type { LoginReply } from '../identity/identity-reply.js';
import type { IdentityClient } from '../identity/identity.client.js';
import type { CredentialProvider, LoginCredentials } from '../identity/login.credentials.js';
import type { Persistence } from '../options/betfair-session-options.interface.js';
import type { LoginLease, LoginPermit } from '../storage/login.lease.js';
import type { LoginGuard } from './login-guard.js';
import type { StoredToken, TokenStore } from './token.store.js';

/** A token fresh from Betfair. */
export interface FreshToken {
  readonly token: string;
  /** Monotonic time at which the login was sent. */
  readonly validatedAt: number;
}

export interface LoginDependencies {
  readonly identity: IdentityClient;
  readonly credentials: CredentialProvider;
  readonly guard: LoginGuard;
  readonly tokens: TokenStore;
  /** `undefined` where no other process can see the store. */
  readonly lease: LoginLease | undefined;
  readonly clock: Clock;
  readonly persistence: Persistence;
  /** Longest random wait where the lease is unreachable, in milliseconds. */
  readonly leaseDuration: number;
}

const late = () =>
  new BetfairIdentityUnavailableError(
    'The login took longer than this process may hold others back from theirs.',
  );

/** Milliseconds between two looks at what the holder of the lease does; jittered. */
const LOOK = 250;

/** Makes the one login of a fleet, or finds that another process has made it. */
export class SessionLogin {
  constructor(private readonly deps: LoginDependencies) {}

  /**
   * @param stored what the store held when a login became necessary
   * @returns `undefined` where the store holds something else by now
   * @throws BetfairSessionError no login may be made, or it failed
   */
  async run(
    stored: StoredToken | undefined | 'unreachable',
    signal: AbortSignal,
  ): Promise<FreshToken | undefined> {
    const { credentials, guard, lease } = this.deps;
    const current = await credentials.current(signal);
    if (lease === undefined || stored === 'unreachable') {
      guard.assertOpen(current.fingerprint);
      return this.#logIn(current, undefined, signal);
    }
    const permit = await this.#permit(lease, stored, current, signal);
    if (permit === 'moved') return undefined;
    try {
      return await this.#logIn(current, permit, signal);
    } finally {
      lease.releaseSoon();
    }
  }

  async #permit(
    lease: LoginLease,
    stored: StoredToken | undefined,
    { fingerprint }: LoginCredentials,
    signal: AbortSignal,
  ): Promise<LoginPermit | 'moved' | undefined> {
    const { clock, guard } = this.deps;
    const moved = () => this.#moved(stored, signal);
    for (;;) {
      const permit = await this.#take(lease, signal, (record) => {
        guard.learn(record);
        guard.assertOpen(fingerprint);
      });
      // Only the lease may be out of reach; then what another process stored meanwhile saves this login.
      if (permit === 'unreachable') {
        guard.assertOpen(fingerprint);
        return (await moved()) ? 'moved' : undefined;
      }
      if (permit !== undefined) {
        try {
          if (!(await moved())) return permit;
        } catch (error) {
          lease.releaseSoon();
          throw error;
        }
        await lease.release();
        return 'moved';
      }
      await sleep(clock, LOOK * (0.5 + Math.random()), signal);
      // The holder stores its token long before it gives the lease back.
      if (await moved()) return 'moved';
    }
  }

  async #moved(stored: StoredToken | undefined, signal: AbortSignal): Promise<boolean> {
    const { persistence, tokens } = this.deps;
    try {
      return (await tokens.read(signal))?.version !== stored?.version;
    } catch (error) {
      if (persistence === 'best-effort' && error instanceof SessionStorageError) return false;
      throw error;
    }
  }

  async #take(
    lease: LoginLease,
    signal: AbortSignal,
    check: Parameters<LoginLease['take']>[0],
  ): Promise<LoginPermit | 'unreachable' | undefined> {
    const { clock, leaseDuration, persistence } = this.deps;
    try {
      return await lease.take(check, signal);
    } catch (error) {
      const tolerable = error instanceof SessionStorageError && error.failure !== 'unsupported';
      if (!tolerable || persistence === 'required') throw error;
      // Processes cannot see each other now: spread their logins over the time that one may take.
      await sleep(clock, Math.random() * leaseDuration, signal);
      return 'unreachable';
    }
  }

  async #logIn(
    current: LoginCredentials,
    permit: LoginPermit | undefined,
    signal: AbortSignal,
  ): Promise<FreshToken> {
    const { clock, credentials, guard, identity, lease, leaseDuration } = this.deps;
    const password = await credentials.passwordToSend(current, signal);
    const validatedAt = clock.monotonic();
    const left = (permit?.until ?? validatedAt + leaseDuration) - validatedAt;
    // Slept through it: another process may be logging in by now.
    if (left <= 0) throw late();
    let reply: LoginReply;
    try {
      reply = await withDeadline(
        clock,
        left,
        (ending) => identity.logIn(password, ending),
        late,
        signal,
      );
    } catch (error) {
      // Cut off on the way, unless it was never sent because a certificate file could not be read.
      if (!(error instanceof BetfairConfigurationError)) guard.lost();
      throw error;
    }
    try {
      return { token: guard.settle(reply, current.fingerprint), validatedAt };
    } catch (error) {
      // Before any caller is told, so that no restart and no other process tries it again.
      if (reply.type !== 'unclear' && lease) await this.#share(lease);
      throw error;
    }
  }

  async #share(lease: LoginLease): Promise<void> {
    const { guard } = this.deps;
    try {
      guard.markShared(await lease.change((record) => guard.addTo(record)));
    } catch {
      // It holds in this process all the same, and the failure of the store was published as such.
    }
  }
}
