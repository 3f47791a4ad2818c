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

/** The session that this process had until now. */
export interface KnownSession {
  readonly session: BetfairSession;
  readonly version: string | undefined;
  /** Betfair rejected it; it is replaced, not validated. */
  readonly rejected: boolean;
}

/** What a renewal came to. */
export type Renewal =
  | ValidToken
  /** The known session lives. */
  | {
      readonly type: 'extended';
      readonly session: BetfairSession;
      readonly validatedAt: number;
    }
  /** Betfair could not be asked about the known session. */
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
  /** Told that Betfair says that a session is gone. */
  readonly onDead: (session: BetfairSession) => void;
  readonly clock: Clock;
  readonly persistence: Persistence;
  /** Longest random wait if the store is out of reach, in milliseconds. */
  readonly longestSpread: number;
  /** Told when the stored object holds something that cannot be a token. */
  readonly onMalformed: () => void;
}

/** Tries to validate a stored token. */
const VALIDATIONS = 3;
const BETWEEN_VALIDATIONS: Growth = { first: 250, factor: 3 };

/** Looks at the store in a row that may find a dead token again in another version. */
const MOST_LOOKS = 3;

/**
 * Gets one session in the order that costs least: the known one, the stored one, a login. It decides nothing
 * about who waits for it and keeps no state.
 */
export class SessionAcquisition {
  constructor(private readonly deps: AcquisitionDependencies) {}

  /** @throws BetfairSessionError no session could be had */
  async run(known: KnownSession | undefined, signal: AbortSignal): Promise<Renewal> {
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
    let found: StoredToken | undefined | 'unreachable' = 'unreachable';
    let looks = 0;
    let seen: StoredToken | undefined;
    for (let moves = 1; ; moves++) {
      const stored = await this.#read(seen, spread, signal);
      looks = isSameToken(stored, found) ? looks + 1 : 1;
      found = stored;
      if (stored !== 'unreachable') {
        const resumed = await this.#validate(stored, dead, signal);
        if (resumed) return resumed;
      }
      const renewed = await this.#logIn(stored, spread, signal);
      if (!('moved' in renewed)) return renewed;
      if (looks === MOST_LOOKS) throw restless(this.deps.tokens.key);
      // Others log in one after the other, or readers are given old copies in turn: the renewal ends by its time.
      seen = moves > 1 ? undefined : renewed.moved;
      if (moves > 1) await pause.wait(signal);
    }
  }

  /** @param seen what was read just now by a login that is not needed any more */
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
      // It may work again, and hold what another process stored meanwhile.
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
    // The same text in another version: somebody logged in since and was given the same token again.
    if (token === dead?.session.token && (dead.version === undefined || dead.version === version)) {
      return undefined;
    }
    const { identity, clock } = this.deps;
    const pauses = new Pauses(clock, BETWEEN_VALIDATIONS);
    for (let attempt = 1; ; attempt++) {
      const validatedAt = clock.monotonic();
      const reply = await identity.keepAlive(token, signal);
      if (reply.type === 'alive') return { type: 'resumed', token, version, validatedAt };
      if (reply.type === 'dead') return undefined;
      if (attempt === VALIDATIONS || !reply.error.retryable) throw reply.error;
      await pauses.wait(signal);
    }
  }

  /** Makes one login, stored over what was read, unless another process stored something meanwhile. */
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

function restless(key: string): SessionStorageError {
  return new SessionStorageError(
    `The stored object "${key}" had another version at each of ${MOST_LOOKS} looks, and the same text without a live session in it: its version changes without a write.`,
    'unavailable',
  );
}
