import type { Clock } from '../common/clock.js';
import { withDeadline } from '../common/deadline.js';
import { SessionStorageError, StorageConflictError } from '../errors/index.js';
import { safeCause } from '../errors/safe-cause.js';
import type {
  DeleteCondition,
  SessionStorage,
  StorageOperationOptions,
  StoredValue,
  WriteCondition,
} from './session-storage.interface.js';

/**
 * A store of which every operation ends in time, and fails with an error of ours only: what a user's own store throws
 * may hold anything.
 */
export class BoundedStorage implements SessionStorage {
  #failure: SessionStorageError | undefined;

  constructor(
    private readonly storage: SessionStorage,
    private readonly clock: Clock,
    /** Milliseconds for one operation. */
    private readonly timeout: number,
    /** Told when the store begins to fail, and when it works again. */
    private readonly onHealth: (failure: SessionStorageError | undefined) => void,
  ) {}

  /** Whether the last operation failed. */
  get degraded(): boolean {
    return this.#failure !== undefined;
  }

  read(key: string, options?: StorageOperationOptions): Promise<StoredValue | undefined> {
    return this.#operate('read', key, options, (signal) => this.storage.read(key, { signal }));
  }

  write(
    key: string,
    value: string,
    condition: WriteCondition,
    options?: StorageOperationOptions,
  ): Promise<string> {
    return this.#operate('write', key, options, (signal) =>
      this.storage.write(key, value, condition, { signal }),
    );
  }

  delete(
    key: string,
    condition: DeleteCondition,
    options?: StorageOperationOptions,
  ): Promise<void> {
    return this.#operate('delete', key, options, (signal) =>
      this.storage.delete(key, condition, { signal }),
    );
  }

  async close(signal?: AbortSignal): Promise<void> {
    const { clock, timeout } = this;
    await withDeadline(clock, timeout, async () => this.storage.close?.(), closesLate, signal);
  }

  async #operate<T>(
    operation: string,
    key: string,
    options: StorageOperationOptions | undefined,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const { clock, timeout } = this;
    const timedOut = () =>
      new SessionStorageError(
        `The session store did not answer a ${operation} of "${key}" within ${timeout} ms. Check that it is up and reachable.`,
        'unavailable',
      );
    try {
      const result = await withDeadline(clock, timeout, work, timedOut, options?.signal);
      this.#report(undefined);
      return result;
    } catch (error) {
      if (error instanceof StorageConflictError) {
        this.#report(undefined);
        throw error;
      }
      // The caller gave up: that says nothing about the store.
      if (options?.signal?.aborted) throw options.signal.reason;
      const failure =
        error instanceof SessionStorageError
          ? error
          : new SessionStorageError(
              `The session store failed to ${operation} "${key}": ${safeCause(error).message}.`,
              'unavailable',
              { cause: safeCause(error) },
            );
      this.#report(failure);
      throw failure;
    }
  }

  #report(failure: SessionStorageError | undefined): void {
    const changed = (failure === undefined) !== (this.#failure === undefined);
    this.#failure = failure;
    if (changed) this.onHealth(failure);
  }
}

function closesLate(): SessionStorageError {
  return new SessionStorageError('The session store did not close in time.', 'unavailable');
}
