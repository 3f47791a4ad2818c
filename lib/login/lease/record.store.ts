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

/** The record as it was read. */
export interface StoredRecord {
  readonly record: LoginRecord;
  /** `undefined`: there is none yet. */
  readonly version: string | undefined;
}

/** Tries of one change, each after somebody else was faster. */
const TRIES = 5;

/** The stored record of an account. It is created once, never deleted, and changed by compare-and-set only. */
export class RecordStore {
  constructor(
    private readonly storage: SessionStorage,
    readonly key: string,
    /** Name of the object that holds the token. */
    private readonly tokenKey: string,
    /** Identifies the account, without naming it. */
    private readonly account: string,
  ) {}

  /**
   * @throws BetfairConfigurationError the record is that of another account
   * @throws SessionStorageError the store cannot be used
   */
  async read(signal?: AbortSignal): Promise<StoredRecord> {
    const stored = await this.storage.read(this.key, { signal });
    const record = stored === undefined ? EMPTY_RECORD : parseLoginRecord(stored.value);
    if (record.account !== null && record.account !== this.account) throw this.#foreign();
    return { record, version: stored?.version };
  }

  /**
   * Writes a record over the version that was read.
   *
   * @returns the new version; `undefined` if somebody else was faster
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
   * @param known what is tried first, without a read
   * @returns the record as it is stored now
   * @throws BetfairConfigurationError the record is that of another account
   * @throws SessionStorageError the record could not be changed
   */
  async change(
    change: (record: LoginRecord) => LoginRecord,
    signal?: AbortSignal,
    known?: StoredRecord,
  ): Promise<StoredRecord> {
    let stored = known;
    for (let attempt = 1; attempt <= TRIES; attempt++) {
      stored ??= await this.read(signal);
      const changed = change(stored.record);
      // A write that changes nothing would only make others lose theirs.
      if (changed === stored.record) return stored;
      const version = await this.write(changed, stored.version, signal);
      if (version !== undefined) return { record: changed, version };
      stored = undefined;
    }
    throw new SessionStorageError(
      `The record "${this.key}" is changed by others faster than it can be written.`,
      'unavailable',
    );
  }

  /**
   * Makes sure that what is stored beside the record belongs to this account. Needed if the name of the object, chosen
   * by hand, does not say so.
   *
   * @returns the record as it is stored now
   * @throws BetfairConfigurationError the record is that of another account
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
      `sessionKey: the record "${key}" says that the session stored as "${tokenKey}" belongs to another Betfair account, that is, another user name or jurisdiction. Leave sessionKey out, or give each account one of its own. If the other account is used no more, delete "${key}" and "${tokenKey}" from the store.`,
    );
  }
}
