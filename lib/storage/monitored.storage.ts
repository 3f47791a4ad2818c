import type { Clock } from '../common/clock.js';
import { withDeadline } from '../common/deadline.js';
import { SessionStorageError, StorageConflictError } from '../errors/index.js';
import type {
  DeleteCondition,
  SessionStorage,
  StorageOperationOptions,
  StoredValue,
  WriteCondition,
} from './contract/session-storage.interface.js';
import { UnfoundedConflicts } from './unfounded-conflicts.js';
import { parseStored, parseVersion, storeFailure, type StoreOperation } from './store.answers.js';

/** Operation of the store that has ended. */
export interface EndedOperation {
  readonly operation: StoreOperation;
  /** Code of the error; `undefined` if it succeeded. */
  readonly code: string | undefined;
  readonly ms: number;
}

/**
 * Wraps a store so that every operation ends in time and fails only with errors of this package: an error from a store
 * of the application may hold a secret.
 */
export class MonitoredStorage implements SessionStorage {
  /** Operation that fails now, and how it failed last; a failing write counts for more than the others. */
  #failing:
    { readonly operation: StoreOperation; readonly failure: SessionStorageError } | undefined;
  readonly #conflicts: UnfoundedConflicts;

  constructor(
    private readonly storage: SessionStorage,
    private readonly clock: Clock,
    /** Milliseconds for one operation. */
    private readonly timeout: number,
    /** Receives the failure when the store begins to fail, and `undefined` when it works again. */
    private readonly onHealth: (failure: SessionStorageError | undefined) => void,
    /** Receives each operation that has ended. */
    private readonly onOperation: (operation: EndedOperation) => void = () => undefined,
  ) {
    this.#conflicts = new UnfoundedConflicts(clock);
  }

  /** Tells if the store fails now. */
  get degraded(): boolean {
    return this.#failing !== undefined;
  }

  /** Failure of the store, if it fails now. */
  get failure(): SessionStorageError | undefined {
    return this.#failing?.failure;
  }

  read(key: string, options?: StorageOperationOptions): Promise<StoredValue | undefined> {
    return this.#operate('read', key, options, async (signal) => {
      const stored = parseStored(await this.storage.read(key, { signal }));
      this.#conflicts.found(key, stored?.version);
      return stored;
    });
  }

  write(
    key: string,
    value: string,
    condition: WriteCondition,
    options?: StorageOperationOptions,
  ): Promise<string> {
    return this.#operate('write', key, options, async (signal) => {
      try {
        const version = parseVersion(await this.storage.write(key, value, condition, { signal }));
        this.#conflicts.written(key);
        return version;
      } catch (error) {
        const failure = storeFailure('write', key, error);
        if (!(failure instanceof StorageConflictError)) throw failure;
        throw this.#conflicts.refused(key, condition) ?? failure;
      }
    });
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
    operation: StoreOperation,
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
    const began = clock.monotonic();
    const ended = (code?: string) =>
      this.onOperation({ operation, code, ms: clock.monotonic() - began });
    try {
      const result = await withDeadline(clock, timeout, work, timedOut, options?.signal);
      ended();
      this.#works(operation);
      return result;
    } catch (error) {
      const failure = storeFailure(operation, key, error);
      if (failure instanceof StorageConflictError) {
        ended(failure.code);
        this.#works(operation);
        throw failure;
      }
      // The caller gave up, which says nothing about the store.
      if (options?.signal?.aborted) throw options.signal.reason;
      ended(failure.code);
      this.#fails(operation, failure);
      throw failure;
    }
  }

  #works(operation: StoreOperation): void {
    // A store that is full or read-only still answers reads.
    const failing = this.#failing?.operation;
    if (failing === undefined || (failing === 'write' && operation === 'read')) return;
    this.#failing = undefined;
    this.onHealth(undefined);
  }

  #fails(operation: StoreOperation, failure: SessionStorageError): void {
    const isNew = this.#failing === undefined;
    if (operation === 'write' || this.#failing?.operation !== 'write') {
      this.#failing = { operation, failure };
    }
    if (isNew) this.onHealth(failure);
  }
}

function closesLate(): SessionStorageError {
  return new SessionStorageError('The session store did not close in time.', 'unavailable');
}
