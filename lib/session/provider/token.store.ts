import { parseStoredToken } from '../../common/session-token.js';
import type { RecordStore, StoredRecord } from '../../login/lease/record.store.js';
import type {
  SessionStorage,
  WriteCondition,
} from '../../storage/contract/session-storage.interface.js';

/** What the store holds for an account. */
export interface StoredToken {
  /** `undefined` where the stored text cannot be a token; it is then never sent to Betfair. */
  readonly token: string | undefined;
  readonly version: string;
  /** The record beside it, if that had to be read after it. */
  readonly record?: StoredRecord | undefined;
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
     * Asked if the object is this account's, if its name was chosen by hand: no reply of Betfair names the account, and
     * bets would go out on the wrong one. Asked each time, because a login that is refused frees the name again.
     */
    private readonly owner: Pick<RecordStore, 'claim'> | undefined,
  ) {}

  /**
   * @throws SessionStorageError
   * @throws BetfairConfigurationError the token is that of another account
   */
  async read(signal?: AbortSignal): Promise<StoredToken | undefined> {
    const stored = await this.look(signal);
    return stored && this.claim(stored, signal);
  }

  /**
   * Reads what is stored, whosever it is.
   *
   * @throws SessionStorageError
   */
  async look(signal?: AbortSignal): Promise<StoredToken | undefined> {
    const stored = await this.storage.read(this.key, { signal });
    return stored && { token: parseStoredToken(stored.value), version: stored.version };
  }

  /**
   * Makes sure that what was read is this account's. After it was read: whoever stored it had claimed the name before.
   *
   * @throws SessionStorageError
   * @throws BetfairConfigurationError the token is that of another account
   */
  async claim(stored: StoredToken, signal?: AbortSignal): Promise<StoredToken> {
    return this.owner ? { ...stored, record: await this.owner.claim(signal) } : stored;
  }

  /** @throws SessionStorageError @throws StorageConflictError @throws BetfairConfigurationError */
  async write(token: string, condition: WriteCondition, signal?: AbortSignal): Promise<string> {
    // Read anew: while a login was under way, a person may have given the name to another account.
    await this.owner?.claim(signal);
    return this.storage.write(this.key, token, condition, { signal });
  }

  /** @throws SessionStorageError @throws StorageConflictError */
  async delete(version: string, signal?: AbortSignal): Promise<void> {
    await this.storage.delete(this.key, { ifVersion: version }, { signal });
  }
}
