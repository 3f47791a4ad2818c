import { SessionStorageError, StorageConflictError } from '../errors/index.js';
import type { IdentityClient } from '../identity/identity.client.js';
import type { Persistence } from '../storage/contract/persistence.js';
import type { SessionCache } from './provider/session.cache.js';
import type { SessionPublisher } from './events/session.publisher.js';
import type { TokenStore } from './provider/token.store.js';

/** Logs out at Betfair, which ends the session for every process, and removes the token from the store. */
export class SessionLogout {
  /** Tokens to log out, until Betfair confirms it and the store no longer holds them. */
  readonly #ending = new Set<string>();

  constructor(
    private readonly cache: SessionCache,
    private readonly identity: IdentityClient,
    private readonly tokens: TokenStore,
    private readonly publisher: SessionPublisher,
    private readonly persistence: Persistence,
    private readonly closing: AbortSignal,
  ) {}

  /**
   * Logs out the session in memory, or the stored one if there is none. A call after a failure tries the same session
   * again, whatever the store holds by then.
   *
   * @throws BetfairSessionError Betfair did not confirm the logout
   * @throws SessionStorageError the session ended, but the stored token could not be removed
   */
  async run(): Promise<void> {
    const { cache, closing } = this;
    closing.throwIfAborted();
    const token = cache.alive?.session.token;
    cache.clear();
    if (token !== undefined) this.#ending.add(token);
    else if (this.#ending.size === 0) await this.#addStored();
    if (this.#ending.size === 0) return;
    await this.#endAll();
    const stored = await this.#tolerate(this.tokens.read(closing));
    // Another token belongs to a process that logged in meanwhile.
    if (stored?.token !== undefined && this.#ending.has(stored.token)) {
      await this.#tolerate(this.tokens.delete(stored.version, closing));
    }
    this.#ending.clear();
  }

  async #addStored(): Promise<void> {
    const stored = await this.#tolerate(this.tokens.read(this.closing));
    if (stored?.token !== undefined) this.#ending.add(stored.token);
  }

  async #endAll(): Promise<void> {
    const { closing, identity } = this;
    const tokens = [...this.#ending];
    const replies = await Promise.all(tokens.map((token) => identity.logOut(token, closing)));
    closing.throwIfAborted();
    if (replies.some(({ type }) => type === 'loggedOut')) {
      this.publisher.publish({ type: 'loggedOut' });
    }
    for (const reply of replies) if (reply.type === 'unclear') throw reply.error;
  }

  async #tolerate<T>(operation: Promise<T>): Promise<T | undefined> {
    try {
      return await operation;
    } catch (error) {
      if (error instanceof StorageConflictError) return undefined;
      if (error instanceof SessionStorageError && this.persistence === 'best-effort')
        return undefined;
      throw error;
    }
  }
}
