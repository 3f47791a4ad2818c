import { StorageConflictError } from '../../../lib/errors/index.js';
import type {
  StoredValue,
  WriteCondition,
} from '../../../lib/storage/contract/session-storage.interface.js';

/** The store that the processes share. Every version is new to its object, so that writes of two objects commute. */
export class PlayedStore {
  readonly #objects = new Map<string, StoredValue>();

  read(key: string): StoredValue | undefined {
    return this.#objects.get(key);
  }

  accepts(key: string, condition: WriteCondition): boolean {
    const expected = 'ifVersion' in condition ? condition.ifVersion : undefined;
    return this.#objects.get(key)?.version === expected;
  }

  write(key: string, value: string, condition: WriteCondition): string {
    if (!this.accepts(key, condition)) throw new StorageConflictError(key);
    // Nothing is ever deleted.
    const version = String(Number(this.#objects.get(key)?.version ?? 0) + 1);
    this.#objects.set(key, { value, version });
    return version;
  }

  get state(): string {
    return JSON.stringify([...this.#objects].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }
}
