import { BetfairConfigurationError } from '../../errors/configuration.errors.js';
import { BetfairSessionError } from '../../errors/betfair-session.error.js';
import { safeCause } from '../../errors/safe-cause.js';
import { StorageConflictError, type SessionStorageError } from '../../errors/storage.errors.js';
import { persevere } from './cloud.attempts.js';
import { type CloudOperation, storageError, type Verdict, verdictOn } from './cloud.failure.js';
import type { Cloud, CloudRequests } from './cloud.interface.js';
import { assertPrefix } from './cloud.names.js';
import type {
  DeleteCondition,
  SessionStorage,
  StorageOperationOptions,
  StoredValue,
  WriteCondition,
} from '../session-storage.interface.js';
import { assertStorageKey } from '../storage-key.js';
import { assertDeleteCondition, assertWriteCondition } from '../write-condition.js';

/** What the stores in clouds have in common: repeating what may pass, and telling a lost answer from a lost race. */
export abstract class CloudStorage implements SessionStorage {
  /**
   * Where the objects lie, such as `s3://bucket/prefix`. Two stores of one location are taken for the same.
   */
  readonly location: string;
  readonly conditionalWrites: 'native' | 'probe';
  readonly #cloud: Cloud;
  readonly #prefix: string;
  #requests: Promise<CloudRequests> | undefined;

  /** @internal */
  protected constructor(cloud: Cloud) {
    this.#cloud = cloud;
    this.#prefix = cloud.prefix ?? '';
    assertPrefix(this.#prefix);
    this.location = `${cloud.location}/${this.#prefix}`;
    this.conditionalWrites = cloud.conditionalWrites;
  }

  /**
   * Loads the SDK and makes the client, without a request. Happens by itself on first use; call it at start-up to learn
   * of a missing package early.
   */
  async open(): Promise<void> {
    await this.#connected();
  }

  async read(key: string, options?: StorageOperationOptions): Promise<StoredValue | undefined> {
    assertStorageKey(key);
    return this.#read(key, await this.#ready(options), options);
  }

  async write(
    key: string,
    value: string,
    condition: WriteCondition,
    options?: StorageOperationOptions,
  ): Promise<string> {
    assertStorageKey(key);
    assertWriteCondition(condition);
    const requests = await this.#ready(options);
    try {
      return await this.#persevere(options, (signal) =>
        requests.write(this.#prefix + key, value, condition, signal),
      );
    } catch (error) {
      const verdict = this.#verdictOn(error, options);
      const lost = verdict === 'conflict' || (verdict === 'absent' && 'ifVersion' in condition);
      if (!lost) throw this.#failure(error, 'write', key);
      // An earlier request of ours may have succeeded and only its answer been lost.
      const stored = await this.#read(key, requests, options);
      if (stored?.value === value) return stored.version;
      throw new StorageConflictError(key);
    }
  }

  async delete(
    key: string,
    condition: DeleteCondition,
    options?: StorageOperationOptions,
  ): Promise<void> {
    assertStorageKey(key);
    assertDeleteCondition(condition);
    const requests = await this.#ready(options);
    try {
      await this.#persevere(options, (signal) =>
        requests.delete(this.#prefix + key, condition.ifVersion, signal),
      );
    } catch (error) {
      const verdict = this.#verdictOn(error, options);
      if (verdict === 'absent') return;
      if (verdict !== 'conflict') throw this.#failure(error, 'delete', key);
      // Some clouds do not tell an absent object from another version.
      if ((await this.#read(key, requests, options)) !== undefined) {
        throw new StorageConflictError(key);
      }
    }
  }

  /** Closes the client, unless it was handed in. */
  async close(): Promise<void> {
    const requests = this.#requests;
    this.#requests = undefined;
    // What did not connect has nothing to close.
    (await requests?.catch(() => undefined))?.close?.();
  }

  async #read(
    key: string,
    requests: CloudRequests,
    options: StorageOperationOptions | undefined,
  ): Promise<StoredValue | undefined> {
    try {
      return await this.#persevere(options, (signal) => requests.read(this.#prefix + key, signal));
    } catch (error) {
      if (this.#verdictOn(error, options) === 'absent') return undefined;
      throw this.#failure(error, 'read', key);
    }
  }

  async #ready(options: StorageOperationOptions | undefined): Promise<CloudRequests> {
    options?.signal?.throwIfAborted();
    return this.#connected();
  }

  async #connected(): Promise<CloudRequests> {
    const connecting = (this.#requests ??= this.#cloud.connect());
    try {
      return await connecting;
    } catch (error) {
      if (this.#requests === connecting) this.#requests = undefined;
      if (error instanceof BetfairSessionError) throw error;
      throw new BetfairConfigurationError(
        `the client for the ${this.#cloud.place} cannot be made. Check its options, the credentials in the environment, and that its package is whole.`,
        { cause: safeCause(error) },
      );
    }
  }

  #persevere<T>(
    options: StorageOperationOptions | undefined,
    request: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    return persevere(request, (error) => this.#judge(error) === 'unavailable', options?.signal);
  }

  /** Throws the caller's own reason where the operation was aborted. */
  #verdictOn(error: unknown, options: StorageOperationOptions | undefined): Verdict {
    options?.signal?.throwIfAborted();
    return this.#judge(error);
  }

  #judge(error: unknown): Verdict {
    return verdictOn(this.#cloud.faultOf(error), this.#cloud);
  }

  #failure(error: unknown, operation: CloudOperation, key: string): SessionStorageError {
    const verdict = this.#judge(error);
    // Nothing to match and nothing to miss: what answers a create or a read like this is not such a store.
    const failure = verdict === 'absent' || verdict === 'conflict' ? 'misconfigured' : verdict;
    return storageError(error, this.#cloud.faultOf(error), failure, operation, key, this.#cloud);
  }
}
