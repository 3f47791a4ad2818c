import type { Clock } from '../common/clock.js';
import { withDeadline } from '../common/deadline.js';
import { parseStoredToken } from '../common/session-token.js';
import { SessionStorageError, StorageConflictError } from '../errors/index.js';
import { safeCause } from '../errors/safe-cause.js';
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

/**
 * The one stored object of an account: parses what is read, bounds every operation, and turns whatever a store throws
 * into an error of ours.
 */
export class TokenStore {
  #degraded: SessionStorageError | undefined;

  constructor(
    private readonly storage: SessionStorage,
    readonly key: string,
    private readonly clock: Clock,
    private readonly timeout: number,
    private readonly onHealth: (failure: SessionStorageError | undefined) => void,
  ) {}

  /** Whether the last operation failed. */
  get degraded(): boolean {
    return this.#degraded !== undefined;
  }

  /** @throws SessionStorageError */
  async read(signal?: AbortSignal): Promise<StoredToken | undefined> {
    const { storage, key } = this;
    const stored = await this.#operate(
      'read',
      (ending) => storage.read(key, { signal: ending }),
      signal,
    );
    return stored && { token: parseStoredToken(stored.value), version: stored.version };
  }

  /** @throws SessionStorageError @throws StorageConflictError */
  write(token: string, condition: WriteCondition, signal?: AbortSignal): Promise<string> {
    const { storage, key } = this;
    return this.#operate(
      'write',
      (ending) => storage.write(key, token, condition, { signal: ending }),
      signal,
    );
  }

  /** @throws SessionStorageError @throws StorageConflictError */
  delete(version: string, signal?: AbortSignal): Promise<void> {
    const { storage, key } = this;
    return this.#operate(
      'delete',
      (ending) => storage.delete(key, { ifVersion: version }, { signal: ending }),
      signal,
    );
  }

  async #operate<T>(
    operation: string,
    work: (signal: AbortSignal) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    const { clock, timeout } = this;
    const timedOut = () =>
      new SessionStorageError(
        `The session store did not answer a ${operation} of "${this.key}" within ${timeout} ms. Check that it is up and reachable.`,
        'unavailable',
      );
    try {
      const result = await withDeadline(clock, timeout, work, timedOut, signal);
      this.#health(undefined);
      return result;
    } catch (error) {
      if (error instanceof StorageConflictError) {
        this.#health(undefined);
        throw error;
      }
      const failure =
        error instanceof SessionStorageError
          ? error
          : new SessionStorageError(
              `The session store failed to ${operation} "${this.key}": ${safeCause(error).message}.`,
              'unavailable',
              { cause: safeCause(error) },
            );
      this.#health(failure);
      throw failure;
    }
  }

  #health(failure: SessionStorageError | undefined): void {
    const changed = (failure === undefined) !== (this.#degraded === undefined);
    this.#degraded = failure;
    if (changed) this.onHealth(failure);
  }
}
