import { BetfairConfigurationError } from '../../errors/configuration.errors.js';
import { BetfairSessionError } from '../../errors/betfair-session.error.js';
import { safeCause } from '../../errors/safe-cause.js';
import { StorageConflictError } from '../../errors/storage.errors.js';
import { persevere } from '../remote/remote.attempts.js';
import { type CloudOperation, storageError, type Verdict, verdictOn } from './cloud.errors.js';
import type { Cloud, CloudClient } from './cloud.client.js';
import { assertPrefix } from '../remote/remote.names.js';
import type {
  DeleteCondition,
  SessionStorage,
  StorageOperationOptions,
  StoredValue,
  WriteCondition,
} from '../contract/session-storage.interface.js';
import { assertStorageKey } from '../contract/storage-key.js';
import { assertDeleteCondition, expectedVersion } from '../contract/write-condition.js';

/** What the stores in clouds have in common: repeating what may pass, and telling a lost answer from a lost race. */
export abstract class CloudStorage implements SessionStorage {
  /**
   * Where the objects lie, such as `s3://bucket/prefix`. Two stores of one location are taken for the same.
   */
  readonly location: string;
  readonly conditionalWrites: 'native' | 'probe';
  readonly #cloud: Cloud;
  readonly #prefix: string;
  #client: Promise<CloudClient> | undefined;

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
    return this.#operate('read', key, options, (client, signal) => this.#find(client, key, signal));
  }

  async write(
    key: string,
    value: string,
    condition: WriteCondition,
    options?: StorageOperationOptions,
  ): Promise<string> {
    assertStorageKey(key);
    const expected = expectedVersion(condition);
    return this.#operate('write', key, options, async (client, signal, attempt) => {
      try {
        return await client.write(this.#prefix + key, value, expected, signal);
      } catch (error) {
        signal.throwIfAborted();
        const verdict = this.#judge(error);
        const lost = verdict === 'conflict' || (verdict === 'absent' && expected !== undefined);
        if (!lost) throw error;
        // Only a request before this one can have succeeded without our knowing.
        const mayBeOurs = attempt > 1 || client.mayRepeat;
        const stored = mayBeOurs ? await this.#find(client, key, signal) : undefined;
        if (stored?.value === value) return stored.version;
        throw new StorageConflictError(key);
      }
    });
  }

  async delete(
    key: string,
    condition: DeleteCondition,
    options?: StorageOperationOptions,
  ): Promise<void> {
    assertStorageKey(key);
    assertDeleteCondition(condition);
    return this.#operate('delete', key, options, async (client, signal) => {
      try {
        await client.delete(this.#prefix + key, condition.ifVersion, signal);
      } catch (error) {
        signal.throwIfAborted();
        const verdict = this.#judge(error);
        if (verdict === 'absent') return;
        if (verdict !== 'conflict') throw error;
        // Some clouds do not tell an absent object from another version.
        const stored = await this.#find(client, key, signal);
        if (stored !== undefined) throw new StorageConflictError(key);
      }
    });
  }

  /** Closes the client, unless it was handed in. */
  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    // What did not connect has nothing to close.
    (await client?.catch(() => undefined))?.close?.();
  }

  async #find(
    client: CloudClient,
    key: string,
    signal: AbortSignal,
  ): Promise<StoredValue | undefined> {
    try {
      return await client.read(this.#prefix + key, signal);
    } catch (error) {
      if (this.#judge(error) === 'absent') return undefined;
      throw error;
    }
  }

  /** Carries out an operation, from the making of the client to the last request, within one deadline. */
  async #operate<T>(
    operation: CloudOperation,
    key: string,
    options: StorageOperationOptions | undefined,
    attempt: (client: CloudClient, signal: AbortSignal, count: number) => Promise<T>,
  ): Promise<T> {
    const signal = options?.signal;
    try {
      return await persevere(
        async (ending, count) => {
          const client = await this.#connected();
          ending.throwIfAborted();
          return attempt(client, ending, count);
        },
        (error, count) => !isOwn(error) && mayPass(this.#judge(error), count),
        signal,
      );
    } catch (error) {
      signal?.throwIfAborted();
      throw isOwn(error) ? error : storageError(error, operation, key, this.#cloud);
    }
  }

  async #connected(): Promise<CloudClient> {
    const connecting = (this.#client ??= this.#cloud.connect());
    try {
      return await connecting;
    } catch (error) {
      if (this.#client === connecting) this.#client = undefined;
      if (isOwn(error)) throw error;
      throw new BetfairConfigurationError(
        `the client for the ${this.#cloud.place} cannot be made. Check its options, the credentials in the environment, and that its package is whole.`,
        { cause: safeCause(error) },
      );
    }
  }

  #judge(error: unknown): Verdict {
    return verdictOn(error, this.#cloud);
  }
}

function isOwn(error: unknown): boolean {
  return error instanceof BetfairSessionError;
}

function mayPass(verdict: Verdict, attempts: number): boolean {
  // The client for S3 sets its clock by the answer.
  return verdict === 'unavailable' || (verdict === 'skewed' && attempts === 1);
}
