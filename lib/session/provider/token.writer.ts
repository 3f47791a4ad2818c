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

/** Result of storing a token. */
export type WriteOutcome =
  | { readonly type: 'stored'; readonly version: string }
  /** The token is served from memory; the next keepAlive tries to store it. */
  | { readonly type: 'unstored' }
  /** Another process has stored a live session, which is used instead. */
  | {
      readonly type: 'superseded';
      readonly token: string;
      readonly version: string;
      readonly validatedAt: number;
    };

/** Attempts to store one token; conflicts and failures count alike. */
const MAX_ATTEMPTS = 3;
const RETRY_PAUSES: Growth = { first: 200 };

/**
 * Stores a new token by compare-and-set, so that one live token remains if several processes write. A token is logged
 * out only if no caller has it and a read shows that the store does not hold it.
 */
export class TokenWriter {
  constructor(
    private readonly identity: Pick<IdentityClient, 'keepAlive' | 'logOut'>,
    private readonly tokens: TokenStore,
    private readonly clock: Clock,
    private readonly persistence: Persistence,
  ) {}

  /**
   * Replaces the token `over` that was read by `token`.
   *
   * @param given `true` if callers already have the token, so that it must not be logged out
   * @throws SessionStorageError the token could not be stored and the persistence is `'required'`
   */
  async store(
    token: string,
    over: StoredToken | undefined,
    { given = false, signal }: { given?: boolean; signal?: AbortSignal | undefined } = {},
  ): Promise<WriteOutcome> {
    const pauses = new Pauses(this.clock, RETRY_PAUSES);
    let expected = over;
    for (let attempt = 1; ; attempt++) {
      try {
        const version = await this.tokens.write(token, replacing(expected), signal);
        return { type: 'stored', version };
      } catch (error) {
        const conflict = error instanceof StorageConflictError;
        if (!conflict && this.persistence === 'best-effort') return { type: 'unstored' };
        // The write may have succeeded, so without a read the token is not logged out: other processes may use it.
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
        if (attempt === MAX_ATTEMPTS || !isRetryable(error)) {
          if (this.persistence === 'best-effort') return { type: 'unstored' };
          if (!given) await this.identity.logOut(token, signal);
          throw conflict ? overtaken(this.tokens.key) : error;
        }
        if (!conflict) await pauses.wait(signal);
      }
    }
  }

  /**
   * Decides about another stored token: a live one is used, a dead one replaced; if that is unclear, ours is served.
   */
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

function overtaken(key: string): SessionStorageError {
  return new SessionStorageError(
    `Could not write the stored object "${key}": others changed it at each of ${MAX_ATTEMPTS} attempts. This is usually temporary; it is tried again after a short wait.`,
    'unavailable',
  );
}

function isRetryable(error: unknown): boolean {
  return error instanceof BetfairSessionError && error.retryable;
}
