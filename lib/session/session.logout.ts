import { SessionStorageError, StorageConflictError } from '../errors/index.js';
import type { IdentityClient } from '../identity/identity.client.js';
import type { Persistence } from '../options/betfair-session-options.interface.js';
import type { SessionCache } from './session.cache.js';
import type { SessionPublisher } from './session.publisher.js';
import type { TokenStore } from './token.store.js';

/** Ends the session at Betfair, for every holder of it, and removes it from the store. */
export class SessionLogout {
  constructor(
    private readonly cache: SessionCache,
    private readonly identity: IdentityClient,
    private readonly tokens: TokenStore,
    private readonly publisher: SessionPublisher,
    private readonly persistence: Persistence,
    /** Ends it at shutdown. */
    private readonly closing: AbortSignal,
  ) {}

  /**
   * @throws BetfairIdentityUnavailableError the session may still live; calling again tries the stored one
   * @throws SessionStorageError the session ended, but the stored token could not be removed
   */
  async run(): Promise<void> {
    const { closing } = this;
    const token = this.cache.alive?.session.token;
    this.cache.clear();
    const ending = token ?? (await this.#tolerate(this.tokens.read(closing)))?.token;
    if (ending !== undefined) {
      const reply = await this.identity.logOut(ending, closing);
      closing.throwIfAborted();
      if (reply.type === 'unclear') throw reply.error;
      this.publisher.publish({ type: 'loggedOut' });
    }
    const stored = await this.#tolerate(this.tokens.read(closing));
    // Another text is the session of somebody who logged in meanwhile.
    if (stored && stored.token === ending) {
      await this.#tolerate(this.tokens.delete(stored.version, closing));
    }
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
