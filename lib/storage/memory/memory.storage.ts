import { randomUUID } from 'node:crypto';
import { StorageConflictError } from '../../errors/storage.errors.js';
import type {
  DeleteCondition,
  SessionStorage,
  StorageOperationOptions,
  StoredValue,
  WriteCondition,
} from '../contract/session-storage.interface.js';
import { assertStorageKey } from '../contract/storage-key.js';
import { assertDeleteCondition, expectedVersion } from '../contract/write-condition.js';

/** Options of {@link MemoryStorage}. */
export interface MemoryStorageOptions {
  /** `true` if several services get this instance and share one login. Default: `true`. */
  readonly shared?: boolean | undefined;
}

/**
 * Keeps sessions in the memory of one process (`storage: 'mem://'`): for tests, or if every start may log in. Pass one
 * instance to several services to let them share a session.
 */
export class MemoryStorage implements SessionStorage {
  readonly location = `mem:${randomUUID()}`;
  readonly shared: boolean;
  readonly conditionalWrites: 'native' | 'probe' = 'native';
  // A private field, so that inspecting or serialising the store shows no token.
  readonly #objects = new Map<string, StoredValue>();
  #writes = 0;

  constructor({ shared = true }: MemoryStorageOptions = {}) {
    this.shared = shared;
  }

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
    const expected = expectedVersion(condition);
    options?.signal?.throwIfAborted();
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
