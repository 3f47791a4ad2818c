import type { Clock } from '../../common/clock.js';
import { type Growth, Pauses } from '../../common/pauses.js';
import {
  BetfairSessionError,
  SessionStorageError,
  StorageConflictError,
} from '../../errors/index.js';
import type { IdentityClient } from '../../identity/identity.client.js';
import type { Persistence } from '../../storage/contract/persistence.js';
import { replacing, type StoredToken, type TokenStore } from './token.store.js';

/** How the attempt to store a token ended. */
export type WriteOutcome =
  | { readonly type: 'stored'; readonly version: string }
  /** Served from memory for now; a keep-alive tries again. */
  | { readonly type: 'unstored' }
  /** Another process stored a session that lives: it is the one to use. */
  | {
      readonly type: 'superseded';
      readonly token: string;
      readonly version: string;
      readonly validatedAt: number;
    };

/** Tries of one write, conflicts and failures together. */
const TRIES = 3;
const BETWEEN_TRIES: Growth = { first: 200 };

/**
 * Stores a token that is new to the store by compare-and-set, so that one live token survives whoever else writes. A
 * token is logged out only if no caller has it and a completed read shows that the store does not hold it.
 */
export class TokenWriter {
  constructor(
    private readonly identity: Pick<IdentityClient, 'keepAlive' | 'logOut'>,
    private readonly tokens: TokenStore,
    private readonly clock: Clock,
    private readonly persistence: Persistence,
  ) {}

  /**
   * Stores `token` over what was read.
   *
   * @param given whether callers already have the token, so that it must not be logged out
   * @throws SessionStorageError it could not be stored and the persistence is `'required'`
   */
  async store(
    token: string,
    over: StoredToken | undefined,
    { given = false, signal }: { given?: boolean; signal?: AbortSignal | undefined } = {},
  ): Promise<WriteOutcome> {
    const pauses = new Pauses(this.clock, BETWEEN_TRIES);
    let expected = over;
    for (let attempt = 1; ; attempt++) {
      try {
        const version = await this.tokens.write(token, replacing(expected), signal);
        return { type: 'stored', version };
      } catch (error) {
        const conflict = error instanceof StorageConflictError;
        if (!conflict && this.persistence === 'best-effort') return { type: 'unstored' };
        // Unreadable too: it may have been stored all the same, and logging it out could end the session of a fleet.
        const stored = await this.tokens.read(signal).catch((unreadable: unknown) => {
          if (this.persistence === 'required') throw unreadable;
          return 'unreadable' as const;
        });
        if (stored === 'unreadable') return { type: 'unstored' };
        if (stored?.token === token) return { type: 'stored', version: stored.version };
        if (stored?.version !== expected?.version) {
          const winner = await this.#settle(stored, token, given, signal);
          if (winner !== undefined) return winner;
          expected = stored;
        }
        if (attempt === TRIES || !isRetryable(error)) {
          if (this.persistence === 'best-effort') return { type: 'unstored' };
          if (!given) await this.identity.logOut(token, signal);
          throw conflict ? lostTo(this.tokens.key) : error;
        }
        if (!conflict) await pauses.wait(signal);
      }
    }
  }

  /** Another text is stored: keep to it if it lives; replace it if it does not; keep ours if that is unclear. */
  async #settle(
    stored: StoredToken | undefined,
    ours: string,
    given: boolean,
    signal?: AbortSignal,
  ): Promise<WriteOutcome | undefined> {
    if (stored?.token === undefined) return undefined;
    const validatedAt = this.clock.monotonic();
    const reply = await this.identity.keepAlive(stored.token, signal);
    if (reply.type === 'dead') return undefined;
    if (reply.type === 'unclear') return { type: 'unstored' };
    if (!given) await this.identity.logOut(ours, signal);
    return { type: 'superseded', token: stored.token, version: stored.version, validatedAt };
  }
}

function lostTo(key: string): SessionStorageError {
  return new SessionStorageError(
    `The stored object "${key}" is changed by others faster than it can be written.`,
    'unavailable',
  );
}

function isRetryable(error: unknown): boolean {
  return error instanceof BetfairSessionError && error.retryable;
}
