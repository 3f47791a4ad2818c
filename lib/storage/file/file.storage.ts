/*
 * How writers are ordered without locks.
 *
 * `<dir>/<key>` is the published copy: the raw value, which other programs may read and write. Beside it, the hidden
 * folder `.<key>.versions/` holds records named 1, 2, 3 … A writer prepares its copy there, and decides by linking a
 * record to the next number: `link()` has one winner. Then it carries the decision out by renaming the prepared copy
 * over the published one. The record says which prepared copy, which published copy the decision was made against
 * (`base`) and which one it leads to (`result`); copies are named by fingerprint and never contain each other's text.
 *
 * - A writer died after deciding: the prepared copy still exists, so whoever comes next renames it. A copy can be
 *   renamed once only, hence a late helper never puts an old value over a newer one.
 * - A foreign write (another program, a person) since the condition was checked: the published copy is not `base`. The
 *   decision is abandoned and the foreign value stays. Between that check and the rename lies the one window, some
 *   microseconds, in which a foreign write can be overwritten; no file system offers a conditional rename.
 * - A writer slept while its number was used and pruned, and links it a second time. Newer numbers exist then, but they
 *   also do if it won and others went on. The proof is the next record: it names the prepared copy of the generation
 *   that it follows (`follows`), and its `base` is that generation's `result` if the copy was published, not abandoned.
 *   The writer's record keeps a second name, the draft, until the writer knows how it ended, and a record with two
 *   names is not pruned, nor its successor. So a writer that has newer numbers, its draft and no successor withdraws.
 *   Only one that slept until its draft was swept, after ten minutes, can find no proof; it fails as `'unavailable'`.
 * - A deletion moves the published copy aside, to `trash-<its number>-…`. There it removes the copy that it is to
 *   delete; any other is newer, since this helper was late, and is linked back. If the helper dies in between, readers
 *   that miss the newest copy link it back, but never from the trash of a newer deletion, which took it on purpose.
 * - A late helper can also take the copy that a newer deletion is to delete, and put it back. So a deletion removes its
 *   copy from the trash of older ones too, and looks again whether it is published. That holds against one late helper
 *   and any readers. Two late helpers that both move the copy exactly between these looks can bring it back.
 * - The version is the newest number with the fingerprint of what is published, so foreign writes change it too.
 */
import { readdir, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { onAbort } from '../../common/abort-listener.js';
import { abortable } from '../../common/deadline.js';
import { findNoPath } from '../../common/path-text.js';
import { BetfairConfigurationError } from '../../errors/configuration.errors.js';
import { StorageConflictError } from '../../errors/storage.errors.js';
import { hideIfNew, ignoreInGit, isOurs, prepareDirectory } from './file.directory.js';
import { isDenied, withFileErrors } from './file.errors.js';
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
   * Where the sessions lie, relative to the working directory or absolute. Created (its parent must exist) with rights
   * for the owner only and a `.gitignore` that keeps its content out of Git.
   */
  readonly directory: string;
}

/**
 * Keeps sessions in files (`storage: 'file:./session-data'`), safe for any number of processes on one machine.
 * `<directory>/<key>` holds exactly the stored value, so that other programs can share it; what they write, edit or
 * delete there wins. A write or delete that has been decided is finished even if its signal aborts.
 *
 * Every operation throws `SessionStorageError`: `'denied'` (rights, read-only), `'misconfigured'` (no such parent, not
 * a directory), `'unsupported'` (a file system without hard links) or `'unavailable'` (disk full and the like, or a
 * process that was stopped for over ten minutes in a write and cannot tell how it ended).
 */
export class FileStorage implements SessionStorage {
  /** Absolute path of the directory. */
  readonly directory: string;
  readonly location: string;
  readonly conditionalWrites: 'native' | 'probe' = 'native';
  #opening: Promise<void> | undefined;
  readonly #tidied = new Set<string>();
  /**
   * An operation that has outlived its signal, because the disk hangs. The next one waits for it: each would hold one of
   * the four threads of Node, which also look up the names of hosts.
   */
  #late: Promise<void> | undefined;

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
   * Creates the directory and tests that it can be written to. Happens by itself before the first write; call it at
   * start-up to learn of a fault early. Warns in the log if tokens are not safe in it. A read does without: it can be
   * served from a directory that is read-only.
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
      // Without its parent the directory is misconfigured, and not merely empty.
      if (copy === undefined) await stat(dirname(this.directory));
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
      // The copy may be a foreign one, with no hidden folder yet.
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
    assertNotOurs(key);
    const signal = options?.signal;
    await abortable(async () => this.#late, signal);
    signal?.throwIfAborted();
    const path = join(this.directory, key);
    const work = withFileErrors(this.directory, () => run(new FileObject(key, path)), key);
    if (signal) this.#follow(work, signal);
    return work;
  }

  /** Notes that work goes on although nobody waits for it any more. */
  #follow(work: Promise<unknown>, signal: AbortSignal): void {
    const settled = work.then(
      () => undefined,
      () => undefined,
    );
    const forget = onAbort(signal, () => {
      this.#late = settled;
    });
    void settled.finally(() => {
      forget();
      if (this.#late === settled) this.#late = undefined;
    });
  }

  /** The state for a read, which finishes what others left only if it has the rights to. */
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

  /** Removes what earlier processes left when they were killed: it may hold a token. */
  async #tidy({ key, generations }: FileObject, number: number): Promise<void> {
    try {
      await generations.tidy(number);
      this.#tidied.add(key);
    } catch {
      // A disk that is full or read-only must not fail a read. The next operation tries again.
    }
  }

  async #createFolder(object: FileObject): Promise<void> {
    const created = await object.generations.create();
    if (created === undefined) return;
    // Somebody removed the directory under us, or all that was in it, and with it what hides it from Git.
    const isGone = !relative(created, this.directory).startsWith('..');
    await (isGone
      ? ignoreInGit(this.directory)
      : hideIfNew(this.directory, await readdir(this.directory)));
  }
}

function versionOf({ number, copy }: ObjectState): string | undefined {
  return copy && version(number, copy.fingerprint);
}

function assertNotOurs(key: string): void {
  if (!key.split('/').some(isOurs)) return;
  throw new BetfairConfigurationError(
    `the storage key "${key}" contains a name that file storage reserves for itself. Choose a key without ".gitignore" and without a name such as ".session.versions".`,
  );
}
