/** A stored value and the version of it that was read. */
export interface StoredValue {
  /** The value that was written, unchanged. */
  readonly value: string;
  /** Opaque; changes with every write (S3: with every write of other content). Compare it only for equality. */
  readonly version: string;
}

/** Condition of a write: nothing is stored yet, or the stored version is still the one that was read. */
export type WriteCondition =
  | {
      /** Nothing is stored under the key. */
      readonly ifAbsent: true;
    }
  | {
      /** The stored version is this one, which a read or write returned. */
      readonly ifVersion: string;
    };

/** Condition of a delete. */
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
 * Store that shares the session token between processes: a few small objects with compare-and-set. Implement it to use
 * a store of your own, and run `sessionStorageConformance` from `nestjs-betfair-session/testing` against it.
 *
 * Every operation throws `SessionStorageError` when the store fails, and never puts a stored value into an error. A
 * store that wraps another one passes on its optional members.
 */
export interface SessionStorage {
  /** Reads the stored value; `undefined` if there is none. */
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
   * Deletes the object if it still has that version. Succeeds if there is no such object.
   *
   * @throws StorageConflictError another version is stored; nothing was changed
   */
  delete(key: string, condition: DeleteCondition, options?: StorageOperationOptions): Promise<void>;

  /**
   * Finds faults at start-up, such as a directory that cannot be used or a missing package. Its error stops the
   * application, unless it is `'unavailable'`, or `'denied'` with `persistence: 'best-effort'`.
   */
  open?(): Promise<void>;

  /** Frees connections and handles. Called once, at shutdown, for a store that was chosen by URL. */
  close?(): Promise<void>;

  /**
   * Place of the objects, such as `s3://bucket/prefix`. Two stores with one location count as the same. Without it, two
   * stores that are one are noticed at the first use and not at start-up. It is logged: it must not contain a secret.
   */
  readonly location?: string | undefined;

  /**
   * `false` if no other process and no other service of this one sees the store, which saves the lease.
   *
   * @default true
   */
  readonly shared?: boolean | undefined;

  /**
   * Proof that writes obey their conditions: the word of the store (`'native'`), or a test before the first login that
   * uses the store (`'probe'`, the default).
   */
  readonly conditionalWrites?: 'native' | 'probe' | undefined;
}
