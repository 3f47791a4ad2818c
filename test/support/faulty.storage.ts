import type {
  DeleteCondition,
  SessionStorage,
  StorageOperationOptions,
  StoredValue,
  WriteCondition,
} from 'nestjs-betfair-session';
import { MemoryStorage } from 'nestjs-betfair-session';

type Operation = 'read' | 'write' | 'delete';
/**
 * `'hang'`: never answers. `'lost'`: takes effect, and the answer never comes. An error: fails with it and nothing is
 * changed. A function: runs before the operation goes on, to let others change the store in between.
 */
type Fault = 'hang' | 'lost' | Error | (() => unknown);

/**
 * A store in memory that counts the operations on tokens and fails them when told to: no real store fails on command.
 * The record beside the token is left alone; its faults have tests of their own.
 */
export class FaultyStorage implements SessionStorage {
  readonly counts = { read: 0, write: 0, delete: 0 };
  readonly #faults: { operation: Operation; fault: Fault; times: number }[] = [];

  constructor(readonly inner: SessionStorage = new MemoryStorage()) {}

  fail(operation: Operation, fault: Fault, { times = 1 }: { times?: number } = {}): void {
    this.#faults.push({ operation, fault, times });
  }

  heal(): void {
    this.#faults.length = 0;
  }

  read(key: string, options?: StorageOperationOptions): Promise<StoredValue | undefined> {
    return this.#operate('read', key, () => this.inner.read(key, options));
  }

  write(key: string, value: string, condition: WriteCondition): Promise<string> {
    return this.#operate('write', key, () => this.inner.write(key, value, condition));
  }

  delete(key: string, condition: DeleteCondition): Promise<void> {
    return this.#operate('delete', key, () => this.inner.delete(key, condition));
  }

  /** Puts a value there as another program would, whatever is stored. */
  async put(key: string, value: string): Promise<void> {
    const stored = await this.inner.read(key);
    await this.inner.write(key, value, stored ? { ifVersion: stored.version } : { ifAbsent: true });
  }

  async #operate<T>(operation: Operation, key: string, work: () => Promise<T>): Promise<T> {
    if (key.endsWith('.lease')) return work();
    this.counts[operation] += 1;
    const planned = this.#faults.find((fault) => fault.operation === operation && fault.times > 0);
    if (planned === undefined) return work();
    planned.times -= 1;
    const { fault } = planned;
    if (fault === 'hang') return new Promise<T>(() => undefined);
    if (typeof fault === 'function') {
      await fault();
      return work();
    }
    if (fault === 'lost') {
      await work();
      return new Promise<T>(() => undefined);
    }
    throw fault;
  }
}
