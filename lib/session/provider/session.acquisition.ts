import type { Clock } from '../../common/clock.js';
import { type Growth, LOOKS, Pauses } from '../../common/pauses.js';
import {
  BetfairConfigurationError,
  type BetfairSessionError,
  SessionStorageError,
} from '../../errors/index.js';
import type { IdentityClient } from '../../identity/identity.client.js';
import type { Persistence } from '../../storage/contract/persistence.js';
import type { FleetLogin } from '../../login/fleet.login.js';
import type { Moved } from '../../login/login.permits.js';
import { LoginSpread } from '../../login/login.spread.js';
import type { BetfairSession } from '../../betfair-session.js';
import type { ValidToken } from './session.cache.js';
import type { TokenWriter } from './token.writer.js';
import type { StoredToken, TokenStore } from './token.store.js';

/** Session that this process has had until now. */
export interface KnownSession {
  readonly session: BetfairSession;
  readonly version: string | undefined;
  /** Betfair rejected it, so it is not validated again. */
  readonly rejected: boolean;
}

/** Result of an acquisition. */
export type Acquired =
  | ValidToken
  /** Betfair extended the known session. */
  | {
      readonly type: 'extended';
      readonly session: BetfairSession;
      readonly validatedAt: number;
    }
  /** Betfair gave no clear answer about the known session. */
  | {
      readonly type: 'unclear';
      readonly session: BetfairSession;
      readonly error: BetfairSessionError;
    };

export interface AcquisitionDependencies {
  readonly identity: Pick<IdentityClient, 'keepAlive'>;
  readonly login: FleetLogin;
  readonly tokens: TokenStore;
  readonly writer: TokenWriter;
  /** Called when Betfair reports a session as dead. */
  readonly onDead: (session: BetfairSession) => void;
  readonly clock: Clock;
  readonly persistence: Persistence;
  /** Longest random wait in milliseconds if the store is unreachable. */
  readonly longestSpread: number;
  /** Called when the stored text cannot be a token. */
  readonly onMalformed: () => void;
}

/** Attempts to validate a stored token. */
const MAX_VALIDATIONS = 3;
const VALIDATION_PAUSES: Growth = { first: 250, factor: 3 };

/** Reads in a row that may find the same dead token in another version. */
const MAX_READS_OF_SAME_TOKEN = 3;

/** Gets one session from the cheapest source that works: the known one, the stored one, a login. Keeps no state. */
export class SessionAcquisition {
  constructor(private readonly deps: AcquisitionDependencies) {}

  /** @throws BetfairSessionError no session could be obtained */
  async run(known: KnownSession | undefined, signal: AbortSignal): Promise<Acquired> {
    const { identity, clock } = this.deps;
    if (known === undefined || known.rejected) return this.#resume(known, signal);
    const validatedAt = clock.monotonic();
    const { session } = known;
    const reply = await identity.keepAlive(session.token, signal);
    switch (reply.type) {
      case 'alive':
        return { type: 'extended', session, validatedAt };
      case 'unclear':
        return { type: 'unclear', session, error: reply.error };
      case 'dead':
        this.deps.onDead(session);
        return this.#resume(known, signal);
    }
  }

  async #resume(dead: KnownSession | undefined, signal: AbortSignal): Promise<ValidToken> {
    const { clock, longestSpread } = this.deps;
    const spread = new LoginSpread(clock, longestSpread);
    const pause = new Pauses(clock, LOOKS);
    let before: StoredToken | undefined | 'unreachable' = 'unreachable';
    let readsOfSameToken = 0;
    let seen: StoredToken | undefined;
    for (let round = 1; ; round++) {
      const stored = await this.#read(seen, spread, signal);
      readsOfSameToken = isSameToken(stored, before) ? readsOfSameToken + 1 : 1;
      before = stored;
      if (stored !== 'unreachable') {
        const resumed = await this.#validate(stored, dead, signal);
        if (resumed) return resumed;
      }
      const login = await this.#logIn(stored, spread, signal);
      if (!('moved' in login)) return login;
      if (readsOfSameToken === MAX_READS_OF_SAME_TOKEN) {
        throw versionChangedWithoutWrite(this.deps.tokens.key);
      }
      // Other processes may log in again and again, or the store returns old copies: renewalTimeout ends the loop.
      seen = round > 1 ? undefined : login.moved;
      if (round > 1) await pause.wait(signal);
    }
  }

  /** @param seen token that a login has just read; it need not be read again */
  async #read(
    seen: StoredToken | undefined,
    spread: LoginSpread,
    signal: AbortSignal,
  ): Promise<StoredToken | undefined | 'unreachable'> {
    const { tokens, persistence } = this.deps;
    try {
      return await (seen ? tokens.claim(seen, signal) : tokens.read(signal));
    } catch (error) {
      if (persistence === 'required' || error instanceof BetfairConfigurationError) throw error;
      await spread.wait(signal);
      // The store may work again, and hold the token of another process.
      return await tokens.read(signal).catch(() => 'unreachable' as const);
    }
  }

  async #validate(
    stored: StoredToken | undefined,
    dead: KnownSession | undefined,
    signal: AbortSignal,
  ): Promise<ValidToken | undefined> {
    if (stored === undefined) return undefined;
    const { token, version } = stored;
    if (token === undefined) {
      this.deps.onMalformed();
      return undefined;
    }
    // In another version it may live: Betfair may have given the same token to a later login.
    if (token === dead?.session.token && (dead.version === undefined || dead.version === version)) {
      return undefined;
    }
    const { identity, clock } = this.deps;
    const pauses = new Pauses(clock, VALIDATION_PAUSES);
    for (let attempt = 1; ; attempt++) {
      const validatedAt = clock.monotonic();
      const reply = await identity.keepAlive(token, signal);
      if (reply.type === 'alive') return { type: 'resumed', token, version, validatedAt };
      if (reply.type === 'dead') return undefined;
      if (attempt === MAX_VALIDATIONS || !reply.error.retryable) throw reply.error;
      await pauses.wait(signal);
    }
  }

  /** Logs in and replaces the token that was read, unless another process has replaced it meanwhile. */
  async #logIn(
    stored: StoredToken | undefined | 'unreachable',
    spread: LoginSpread,
    signal: AbortSignal,
  ): Promise<ValidToken | Moved> {
    const { login, writer } = this.deps;
    return login.run(
      stored,
      async (fresh): Promise<ValidToken> => {
        if (stored === 'unreachable') return { type: 'loggedIn', ...fresh, version: undefined };
        const outcome = await writer.store(fresh.token, stored, { signal });
        switch (outcome.type) {
          case 'stored':
            return { type: 'loggedIn', ...fresh, version: outcome.version };
          case 'unstored':
            return { type: 'loggedIn', ...fresh, version: undefined };
          case 'superseded':
            return { ...outcome, type: 'resumed' };
        }
      },
      spread,
      signal,
    );
  }
}

function isSameToken(
  stored: StoredToken | undefined | 'unreachable',
  other: StoredToken | undefined | 'unreachable',
): boolean {
  return stored !== 'unreachable' && other !== 'unreachable' && stored?.token === other?.token;
}

function versionChangedWithoutWrite(key: string): SessionStorageError {
  return new SessionStorageError(
    `The stored object "${key}" had a new version at each of ${MAX_READS_OF_SAME_TOKEN} reads, but always the same text, which holds no live session: its version changes without a write. Check the store, and what else touches this object.`,
    'unavailable',
  );
}
