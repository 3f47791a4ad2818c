import {
  BetfairConfigurationError,
  SessionStorageError,
  StorageConflictError,
} from '../../errors/index.js';
import type { SessionStorage } from '../../storage/contract/session-storage.interface.js';
import {
  EMPTY_RECORD,
  formatLoginRecord,
  type LoginRecord,
  parseLoginRecord,
} from './lease.record.js';

/** Record as it was read. */
export interface StoredRecord {
  readonly record: LoginRecord;
  /** `undefined` if there is no record yet. */
  readonly version: string | undefined;
}

/** Attempts to make one change while other processes change the record too. */
const MAX_ATTEMPTS = 5;

/** Reads and writes the record of an account. It is never deleted, and changed by compare-and-set only. */
export class RecordStore {
  constructor(
    private readonly storage: SessionStorage,
    readonly key: string,
    /** Name of the object that holds the token. */
    private readonly tokenKey: string,
    /** Hash that identifies the account. */
    private readonly account: string,
  ) {}

  /**
   * @throws BetfairConfigurationError the record belongs to another account
   * @throws SessionStorageError the store cannot be used
   */
  async read(signal?: AbortSignal): Promise<StoredRecord> {
    const stored = await this.storage.read(this.key, { signal });
    const record = stored === undefined ? EMPTY_RECORD : parseLoginRecord(stored.value);
    if (record.account !== null && record.account !== this.account) throw this.#foreign();
    return { record, version: stored?.version };
  }

  /**
   * Replaces the version that was read.
   *
   * @returns the new version; `undefined` if another process was faster
   * @throws SessionStorageError the store cannot be used
   */
  async write(
    record: LoginRecord,
    over: string | undefined,
    signal?: AbortSignal,
  ): Promise<string | undefined> {
    const condition = over === undefined ? { ifAbsent: true as const } : { ifVersion: over };
    try {
      return await this.storage.write(this.key, formatLoginRecord(record), condition, { signal });
    } catch (error) {
      if (error instanceof StorageConflictError) return undefined;
      throw error;
    }
  }

  /**
   * Changes the record.
   *
   * @param known record that the first attempt uses without a read
   * @returns the record as it is stored now
   * @throws BetfairConfigurationError the record belongs to another account
   * @throws SessionStorageError the record could not be changed
   */
  async change(
    change: (record: LoginRecord) => LoginRecord,
    signal?: AbortSignal,
    known?: StoredRecord,
  ): Promise<StoredRecord> {
    let stored = known;
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      stored ??= await this.read(signal);
      const changed = change(stored.record);
      // An unnecessary write would only cause conflicts for other processes.
      if (changed === stored.record) return stored;
      const version = await this.write(changed, stored.version, signal);
      if (version !== undefined) return { record: changed, version };
      stored = undefined;
    }
    throw new SessionStorageError(
      `Could not write the login record "${this.key}": others changed it at each of ${MAX_ATTEMPTS} attempts. This is usually temporary; try again.`,
      'unavailable',
    );
  }

  /**
   * Claims the record, and the token next to it, for this account. Needed if the user chose the name of the object.
   *
   * @returns the record as it is stored now
   * @throws BetfairConfigurationError the record belongs to another account
   * @throws SessionStorageError the store cannot be used
   */
  claim(signal?: AbortSignal): Promise<StoredRecord> {
    const { account } = this;
    return this.change(
      (record) => (record.account === account ? record : { ...record, account }),
      signal,
    );
  }

  #foreign(): BetfairConfigurationError {
    const { key, tokenKey } = this;
    return new BetfairConfigurationError(
      `sessionKey: the session stored as "${tokenKey}" belongs to another Betfair account (another user name or jurisdiction), as its record "${key}" says. Leave sessionKey out, or give each account its own. If the other account is no longer used, delete "${key}" and "${tokenKey}" from the store.`,
    );
  }
}
