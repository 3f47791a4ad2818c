import { BetfairSessionError, type BetfairSessionErrorCode } from './betfair-session.error.js';

/** Why a store did not do what it was asked. */
export type StorageFailure = 'denied' | 'misconfigured' | 'unavailable' | 'unsupported';

const CODES = {
  denied: 'BETFAIR_STORAGE_DENIED',
  misconfigured: 'BETFAIR_STORAGE_MISCONFIGURED',
  unavailable: 'BETFAIR_STORAGE_UNAVAILABLE',
  unsupported: 'BETFAIR_STORAGE_UNSUPPORTED',
} as const satisfies Record<StorageFailure, BetfairSessionErrorCode>;

/**
 * The session store failed: `BETFAIR_STORAGE_UNAVAILABLE` (network, time-out, disk: may pass by itself),
 * `BETFAIR_STORAGE_DENIED` (rights, no credentials), `BETFAIR_STORAGE_MISCONFIGURED` (no such bucket or directory; a file
 * of credentials, a clock or a certificate of this machine that cannot be used; a store of your own that returns
 * something else than it must) or `BETFAIR_STORAGE_UNSUPPORTED` (the store cannot write conditionally).
 */
export class SessionStorageError extends BetfairSessionError {
  protected static override readonly errorName = 'SessionStorageError';

  /** A store of your own throws it; put no stored value into the message, and no error of a client into `cause`. */
  constructor(
    message: string,
    /** Why the store did not do what it was asked. */
    readonly failure: StorageFailure,
    options?: ErrorOptions,
  ) {
    super(message, { ...options, code: CODES[failure], retryable: failure === 'unavailable' });
  }
}

/**
 * A conditional write or delete lost: the stored value is not the one the condition names
 * (`BETFAIR_STORAGE_CONFLICT`). A store throws it; the session manager resolves it, so applications do not see it.
 */
export class StorageConflictError extends BetfairSessionError {
  protected static override readonly errorName = 'StorageConflictError';

  /** @param key - Of the object, without the prefix of the store. */
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
