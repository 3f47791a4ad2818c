import { parseStoredToken } from '../common/session-token.js';
import type { LoginLease } from '../storage/login.lease.js';
import type { SessionStorage, WriteCondition } from '../storage/session-storage.interface.js';

/** What the store holds for an account. */
export interface StoredToken {
  /** `undefined` where the stored text cannot be a token; it is then never sent to Betfair. */
  readonly token: string | undefined;
  readonly version: string;
}

/** The condition of a write that replaces exactly what was read. */
export function replacing(stored: StoredToken | undefined): WriteCondition {
  return stored === undefined ? { ifAbsent: true } : { ifVersion: stored.version };
}

/** The one stored object that holds the token of an account. */
export class TokenStore {
  constructor(
    private readonly storage: SessionStorage,
    readonly key: string,
    /**
     * Asked first whether the object is this account's, where its name was chosen by hand: no reply of Betfair names
     * the account, and bets would go out on the wrong one.
     */
    private readonly owner: Pick<LoginLease, 'claim'> | undefined,
  ) {}

  /** @throws SessionStorageError */
  async read(signal?: AbortSignal): Promise<StoredToken | undefined> {
    await this.owner?.claim(signal);
    const stored = await this.storage.read(this.key, { signal });
    return stored && { token: parseStoredToken(stored.value), version: stored.version };
  }

  /** @throws SessionStorageError @throws StorageConflictError */
  async write(token: string, condition: WriteCondition, signal?: AbortSignal): Promise<string> {
    await this.owner?.claim(signal);
    return this.storage.write(this.key, token, condition, { signal });
  }

  /** @throws SessionStorageError @throws StorageConflictError */
  async delete(version: string, signal?: AbortSignal): Promise<void> {
    await this.owner?.claim(signal);
    await this.storage.delete(this.key, { ifVersion: version }, { signal });
  }
}
