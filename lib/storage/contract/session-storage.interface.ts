/** A stored value and the version it was read at. */
export interface StoredValue {
  /** What was written, unchanged. */
  readonly value: string;
  /** Opaque; changes with every write (S3: with every write of other content). Compare it only for equality. */
  readonly version: string;
}

/** When a write may happen: nothing is stored yet, or what is stored is still the version that was read. */
export type WriteCondition =
  | {
      /** Nothing is stored under the key. */
      readonly ifAbsent: true;
    }
  | {
      /** The stored version is this one, which a read or write returned. */
      readonly ifVersion: string;
    };

/** When a delete may happen. */
export interface DeleteCondition {
  /** The stored version is this one, which a read or write returned. */
  readonly ifVersion: string;
}

/** Options of every operation. */
export interface StorageOperationOptions {
  /** Ends the operation. A write that was already sent may still take effect. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Where the session token lives between processes: a handful of small objects with compare-and-set. Implement it to
 * use a store of your own, and run `sessionStorageConformance` from `nestjs-betfair-session/testing` against it.
 *
 * Every operation throws `SessionStorageError` when the store fails and never puts a stored value into an error. A store
 * that wraps another one passes on its optional members.
 */
export interface SessionStorage {
  /** The stored value, or `undefined` where there is none. */
  read(key: string, options?: StorageOperationOptions): Promise<StoredValue | undefined>;

  /**
   * Stores `value` if `condition` holds and returns the new version.
   *
   * @throws StorageConflictError the condition does not hold; nothing was changed
   */
  write(
    key: string,
    value: string,
    condition: WriteCondition,
    options?: StorageOperationOptions,
  ): Promise<string>;

  /**
   * Deletes the object if it still has that version. Deleting what is absent succeeds.
   *
   * @throws StorageConflictError another version is stored; nothing was changed
   */
  delete(key: string, condition: DeleteCondition, options?: StorageOperationOptions): Promise<void>;

  /**
   * Finds at start-up what would fail later: a directory that cannot be used, a package that is missing. What it throws
   * stops the application, unless it is `'unavailable'`, or `'denied'` with `persistence: 'best-effort'`.
   */
  open?(): Promise<void>;

  /** Frees connections and handles. Called once, at shutdown, for a store that was chosen by URL. */
  close?(): Promise<void>;

  /**
   * Where the objects lie, such as `s3://bucket/prefix`: two stores of one location are taken for the same. It is
   * logged, so no secret may be in it. Without it, two stores that are one are found out at the first use and not at
   * start-up.
   */
  readonly location?: string | undefined;

  /** Whether other processes, or other services of this one, can see the store. Default `true`; `false` saves the lease. */
  readonly shared?: boolean | undefined;

  /**
   * What says that writes honour their conditions: the store itself (`'native'`), or a test before the first login that
   * the store ever sees (`'probe'`, the default).
   */
  readonly conditionalWrites?: 'native' | 'probe' | undefined;
}
