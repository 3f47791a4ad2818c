import { readdir, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { findNoPath } from '../../common/settings/path-text.js';
import { BetfairConfigurationError } from '../../errors/configuration.errors.js';
import { StorageConflictError } from '../../errors/storage.errors.js';
import { hideIfNew, ignoreInGit, isReserved, prepareDirectory } from './file.directory.js';
import { codeOf, isDenied, NO_PERMISSION, withFileErrors } from './file.errors.js';
import { HungOperation } from './file.hung-operation.js';
import { FileObject, version, type ObjectState } from './file.object.js';
import { warnOfDirectory } from './file.warnings.js';
import type {
  DeleteCondition,
  SessionStorage,
  StorageOperationOptions,
  StoredValue,
  WriteCondition,
} from '../contract/session-storage.interface.js';
import { assertStorageKey } from '../contract/storage-key.js';
import { assertDeleteCondition, expectedVersion } from '../contract/write-condition.js';

/** Options of {@link FileStorage}. */
export interface FileStorageOptions {
  /**
   * Path of the directory, absolute or relative to the working directory. It is created (its parent must exist) with
   * rights for the owner only and a `.gitignore` that keeps its content out of Git.
   */
  readonly directory: string;
}

/**
 * Keeps sessions in files (`storage: 'file:./session-data'`), safe for any number of processes on one machine.
 * `<directory>/<key>` holds exactly the stored value, so that other programs can share it; their changes win. A write
 * or delete that has been decided is finished even if its signal aborts.
 *
 * Every operation throws `SessionStorageError`: `'denied'` (rights, read-only), `'misconfigured'` (no such parent, not
 * a directory), `'unsupported'` (a file system without hard links) or `'unavailable'` (such as a full disk, or a
 * process that was paused for over ten minutes in a write and does not know how the write ended).
 */
export class FileStorage implements SessionStorage {
  /** Absolute path of the directory. */
  readonly directory: string;
  readonly location: string;
  readonly conditionalWrites: 'native' | 'probe' = 'native';
  #opening: Promise<void> | undefined;
  readonly #tidied = new Set<string>();
  readonly #hung = new HungOperation();

  /** @throws BetfairConfigurationError no directory is named */
  constructor(options: FileStorageOptions) {
    if (typeof options?.directory !== 'string' || options.directory === '') {
      throw new BetfairConfigurationError(
        'file storage needs a directory, such as new FileStorage({ directory: "./session-data" }).',
      );
    }
    const found = findNoPath(options.directory);
    if (found !== undefined) {
      throw new BetfairConfigurationError(
        `the directory of the file storage ${found.said}. Name a directory, such as "./session-data".`,
      );
    }
    this.directory = resolve(options.directory);
    this.location = `file:${this.directory}`;
  }

  /**
   * Creates the directory and tests that it is writable. The first write does so too; call it at start-up to find a
   * fault early. Logs a warning if tokens are not safe in the directory. A read works without it, from a read-only
   * directory.
   */
  async open(): Promise<void> {
    this.#opening ??= withFileErrors(this.directory, async () => {
      await prepareDirectory(this.directory);
      await warnOfDirectory(this.directory);
    });
    try {
      await this.#opening;
    } catch (error) {
      this.#opening = undefined;
      throw error;
    }
  }

  async read(key: string, options?: StorageOperationOptions): Promise<StoredValue | undefined> {
    return this.#use(key, options, async (object) => {
      const { number, copy } = await this.#readableState(object, options?.signal);
      // A directory without a parent is misconfigured, not empty.
      if (copy === undefined) await this.#expectParent();
      return copy && { value: copy.value, version: version(number, copy.fingerprint) };
    });
  }

  async write(
    key: string,
    value: string,
    condition: WriteCondition,
    options?: StorageOperationOptions,
  ): Promise<string> {
    const expected = expectedVersion(condition);
    return this.#use(key, options, async (object) => {
      await this.open();
      await this.#createFolder(object);
      const state = await this.#state(object, options?.signal);
      if (versionOf(state) !== expected) throw new StorageConflictError(key);
      return object.commit(state, value, options?.signal);
    });
  }

  async delete(
    key: string,
    condition: DeleteCondition,
    options?: StorageOperationOptions,
  ): Promise<void> {
    assertDeleteCondition(condition);
    await this.#use(key, options, async (object) => {
      await this.open();
      const state = await this.#state(object, options?.signal);
      if (state.copy === undefined) return;
      if (versionOf(state) !== condition.ifVersion) throw new StorageConflictError(key);
      // Another program may have written the copy, so there may be no hidden folder yet.
      await this.#createFolder(object);
      await object.commit(state, undefined, options?.signal);
    });
  }

  async #use<T>(
    key: string,
    options: StorageOperationOptions | undefined,
    run: (object: FileObject) => Promise<T>,
  ): Promise<T> {
    assertStorageKey(key);
    assertNotReserved(key);
    const signal = options?.signal;
    await this.#hung.wait(signal);
    const path = join(this.directory, key);
    const work = withFileErrors(this.directory, () => run(new FileObject(key, path)), key);
    if (signal) this.#hung.watch(work, signal);
    return work;
  }

  /** Finds the state for a read, which finishes the work of dead writers only if it has the rights to. */
  async #readableState(object: FileObject, signal: AbortSignal | undefined): Promise<ObjectState> {
    try {
      return await this.#state(object, signal);
    } catch (error) {
      if (!isDenied(error)) throw error;
      return object.publishedState(signal);
    }
  }

  async #state(object: FileObject, signal: AbortSignal | undefined): Promise<ObjectState> {
    const state = await object.state(signal);
    if (!this.#tidied.has(object.key)) await this.#tidy(object, state.number);
    return state;
  }

  async #expectParent(): Promise<void> {
    try {
      await stat(dirname(this.directory));
    } catch (error) {
      // Node's permission model may allow the directory, but not its parent.
      if (codeOf(error) !== NO_PERMISSION) throw error;
    }
  }

  /** Removes the files of processes that were killed: they may hold a token. */
  async #tidy({ key, generations }: FileObject, number: number): Promise<void> {
    try {
      await generations.tidy(number);
      this.#tidied.add(key);
    } catch {
      // A full or read-only disk must not fail a read. The next operation tries again.
    }
  }

  async #createFolder(object: FileObject): Promise<void> {
    const created = await object.generations.create();
    if (created === undefined) return;
    // Somebody has removed the directory or its content, and with it the .gitignore.
    const isGone = !relative(created, this.directory).startsWith('..');
    await (isGone
      ? ignoreInGit(this.directory)
      : hideIfNew(this.directory, await readdir(this.directory)));
  }
}

function versionOf({ number, copy }: ObjectState): string | undefined {
  return copy && version(number, copy.fingerprint);
}

function assertNotReserved(key: string): void {
  if (!key.split('/').some(isReserved)) return;
  throw new BetfairConfigurationError(
    `the storage key "${key}" contains a name that file storage reserves for itself. Choose a key without ".gitignore" and without a name such as ".session.versions".`,
  );
}
