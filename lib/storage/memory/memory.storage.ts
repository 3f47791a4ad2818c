import { StorageConflictError } from '../../errors/storage.errors.js';
import type {
  DeleteCondition,
  SessionStorage,
  StorageOperationOptions,
  StoredValue,
  WriteCondition,
} from '../session-storage.interface.js';
import { assertStorageKey } from '../storage-key.js';
import { assertDeleteCondition, assertWriteCondition } from '../write-condition.js';

/**
 * Keeps sessions in the memory of one process (`storage: 'mem://'`): for tests, and where every start may log in. Hand
 * one instance to several services to let them share a session.
 */
export class MemoryStorage implements SessionStorage {
  // Private to the runtime, so that inspecting or serialising the store shows no token.
  readonly #objects = new Map<string, StoredValue>();
  #writes = 0;

  async read(key: string, options?: StorageOperationOptions): Promise<StoredValue | undefined> {
    assertStorageKey(key);
    options?.signal?.throwIfAborted();
    return this.#objects.get(key);
  }

  async write(
    key: string,
    value: string,
    condition: WriteCondition,
    options?: StorageOperationOptions,
  ): Promise<string> {
    assertStorageKey(key);
    assertWriteCondition(condition);
    options?.signal?.throwIfAborted();
    const expected = 'ifVersion' in condition ? condition.ifVersion : undefined;
    if (this.#objects.get(key)?.version !== expected) throw new StorageConflictError(key);
    const version = String(++this.#writes);
    this.#objects.set(key, Object.freeze({ value, version }));
    return version;
  }

  async delete(
    key: string,
    condition: DeleteCondition,
    options?: StorageOperationOptions,
  ): Promise<void> {
    assertStorageKey(key);
    assertDeleteCondition(condition);
    options?.signal?.throwIfAborted();
    const current = this.#objects.get(key);
    if (current === undefined) return;
    if (current.version !== condition.ifVersion) throw new StorageConflictError(key);
    this.#objects.delete(key);
  }
}
