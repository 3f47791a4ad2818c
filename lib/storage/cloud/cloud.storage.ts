import { BetfairConfigurationError } from '../../errors/configuration.errors.js';
import { BetfairSessionError } from '../../errors/betfair-session.error.js';
import { safeCause } from '../../errors/safe-cause.js';
import { StorageConflictError } from '../../errors/storage.errors.js';
import { type FailureRules, persevere } from '../remote/remote.attempts.js';
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

/** Common part of the cloud stores: repeats requests, and tells a lost answer from a lost race. */
export abstract class CloudStorage implements SessionStorage {
  /** Place of the objects, such as `s3://bucket/prefix`. Two stores with one location count as the same store. */
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
   * Loads the SDK and creates the client, without a request. The first operation does so too; call it at start-up to
   * find a missing package early.
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
        // Only an earlier request can have succeeded without our knowing.
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
        // Some clouds answer alike for a missing object and for another version.
        const stored = await this.#find(client, key, signal);
        if (stored !== undefined) throw new StorageConflictError(key);
      }
    });
  }

  /** Closes the client, unless the application passed it in. */
  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
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

  /** Runs an operation, from creating the client to the last request, within one deadline. */
  #operate<T>(
    operation: CloudOperation,
    key: string,
    options: StorageOperationOptions | undefined,
    attempt: (client: CloudClient, signal: AbortSignal, count: number) => Promise<T>,
  ): Promise<T> {
    const rules: FailureRules = {
      mayPass: (error, count) => mayPass(this.#judge(error), count),
      toError: (error) => storageError(error, operation, key, this.#cloud),
    };
    const connectAndAttempt = async (ending: AbortSignal, count: number) => {
      const client = await this.#connected();
      ending.throwIfAborted();
      return attempt(client, ending, count);
    };
    return persevere(connectAndAttempt, rules, options?.signal);
  }

  async #connected(): Promise<CloudClient> {
    const connecting = (this.#client ??= this.#cloud.connect());
    try {
      return await connecting;
    } catch (error) {
      if (this.#client === connecting) this.#client = undefined;
      if (error instanceof BetfairSessionError) throw error;
      throw new BetfairConfigurationError(
        `could not create the client for the ${this.#cloud.place}. Check its options and the credentials in the environment. If these are right, install its package again.`,
        { cause: safeCause(error) },
      );
    }
  }

  #judge(error: unknown): Verdict {
    return verdictOn(error, this.#cloud);
  }
}

function mayPass(verdict: Verdict, attempts: number): boolean {
  // The S3 client corrects its clock with the first answer.
  return verdict === 'unavailable' || (verdict === 'skewed' && attempts === 1);
}
