import { BetfairSessionError, type BetfairSessionErrorCode } from './betfair-session.error.js';

/** Reason why a store failed. */
export type StorageFailure = 'denied' | 'misconfigured' | 'unavailable' | 'unsupported';

const CODES = {
  denied: 'BETFAIR_STORAGE_DENIED',
  misconfigured: 'BETFAIR_STORAGE_MISCONFIGURED',
  unavailable: 'BETFAIR_STORAGE_UNAVAILABLE',
  unsupported: 'BETFAIR_STORAGE_UNSUPPORTED',
} as const satisfies Record<StorageFailure, BetfairSessionErrorCode>;

/**
 * The session store failed: `BETFAIR_STORAGE_UNAVAILABLE` (network, time-out, disk; may be temporary),
 * `BETFAIR_STORAGE_DENIED` (rights, no credentials), `BETFAIR_STORAGE_MISCONFIGURED` (no such bucket or directory; a
 * credentials file, clock or certificate of this machine that cannot be used; a store of your own that returns a wrong
 * value) or `BETFAIR_STORAGE_UNSUPPORTED` (the store cannot write conditionally).
 */
export class SessionStorageError extends BetfairSessionError {
  protected static override readonly errorName = 'SessionStorageError';

  /**
   * Creates the error, also in a store of your own. Put no stored value into `message`, and no client error into
   * `cause`.
   */
  constructor(
    message: string,
    /** Reason of the failure. */
    readonly failure: StorageFailure,
    options?: ErrorOptions,
  ) {
    super(message, { ...options, code: CODES[failure], retryable: failure === 'unavailable' });
  }
}

/**
 * A conditional write or delete lost, because another version is stored (`BETFAIR_STORAGE_CONFLICT`). A store throws
 * it, and the session manager handles it, so applications do not see it.
 */
export class StorageConflictError extends BetfairSessionError {
  protected static override readonly errorName = 'StorageConflictError';

  /** @param key - key of the object, without the prefix of the store */
  constructor(key: string, options?: ErrorOptions) {
    super(
      `The stored object "${key}" was changed by another writer. Read it again before you change it.`,
      {
        ...options,
        code: 'BETFAIR_STORAGE_CONFLICT',
        retryable: true,
      },
    );
  }
}
