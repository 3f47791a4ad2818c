import { parseStoredToken } from '../../common/session-token.js';
import type { RecordStore, StoredRecord } from '../../login/lease/record.store.js';
import type {
  SessionStorage,
  WriteCondition,
} from '../../storage/contract/session-storage.interface.js';

/** Token of an account as it was read from the store. */
export interface StoredToken {
  /** `undefined` if the stored text cannot be a token; such a text is never sent to Betfair. */
  readonly token: string | undefined;
  readonly version: string;
  /** The login record, if it was read after the token. */
  readonly record?: StoredRecord | undefined;
}

/** Write condition that replaces exactly the token that was read. */
export function replacing(stored: StoredToken | undefined): WriteCondition {
  return stored === undefined ? { ifAbsent: true } : { ifVersion: stored.version };
}

/** Reads and writes the stored object that holds the token of an account. */
export class TokenStore {
  constructor(
    private readonly storage: SessionStorage,
    readonly key: string,
    /**
     * Claims the object for this account if the user chose its name: with the token of another account, bets would be
     * placed on that account, and no reply of Betfair names it. It is called each time: a refused login frees the name.
     */
    private readonly owner: Pick<RecordStore, 'claim'> | undefined,
  ) {}

  /**
   * @throws SessionStorageError
   * @throws BetfairConfigurationError the token belongs to another account
   */
  async read(signal?: AbortSignal): Promise<StoredToken | undefined> {
    const stored = await this.look(signal);
    return stored && this.claim(stored, signal);
  }

  /**
   * Reads the stored token without checking that it belongs to this account.
   *
   * @throws SessionStorageError
   */
  async look(signal?: AbortSignal): Promise<StoredToken | undefined> {
    const stored = await this.storage.read(this.key, { signal });
    return stored && { token: parseStoredToken(stored.value), version: stored.version };
  }

  /**
   * Checks that a token belongs to this account. Call it after the read: who stored the token claimed the name first.
   *
   * @throws SessionStorageError
   * @throws BetfairConfigurationError the token belongs to another account
   */
  async claim(stored: StoredToken, signal?: AbortSignal): Promise<StoredToken> {
    return this.owner ? { ...stored, record: await this.owner.claim(signal) } : stored;
  }

  /** @throws SessionStorageError @throws StorageConflictError @throws BetfairConfigurationError */
  async write(token: string, condition: WriteCondition, signal?: AbortSignal): Promise<string> {
    // Again: during the login, a person may have given the name to another account.
    await this.owner?.claim(signal);
    return this.storage.write(this.key, token, condition, { signal });
  }

  /** @throws SessionStorageError @throws StorageConflictError */
  async delete(version: string, signal?: AbortSignal): Promise<void> {
    await this.storage.delete(this.key, { ifVersion: version }, { signal });
  }
}
