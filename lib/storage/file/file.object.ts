import { link } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { SessionStorageError, StorageConflictError } from '../../errors/storage.errors.js';
import { codeOf } from './file.errors.js';
import { Generations, type GenerationRecord } from './file.generations.js';
import {
  exists,
  move,
  readCopy,
  remove,
  syncFolder,
  writeNew,
  type FileCopy,
  type Fingerprint,
} from './file.published.js';

/** What is stored, and the newest generation at that moment. */
export interface ObjectState {
  readonly number: number;
  readonly copy: FileCopy | undefined;
}

/** How an attempt to carry out a generation ended. */
type Settlement =
  | 'applied' // by this call
  | 'settled' // before, by whomever
  | 'overtaken' // never will be: newer generations exist
  | 'abandoned'; // a foreign write came in between, and wins

const READ_ATTEMPTS = 100;

/** One object in a directory: its published copy, and the hidden folder that orders the writers. */
export class FileObject {
  readonly generations: Generations;

  constructor(
    readonly key: string,
    readonly path: string,
  ) {
    this.generations = new Generations(join(dirname(path), `.${basename(path)}.versions`));
  }

  /** The current state, after finishing what a writer may have left undone. */
  async state(signal: AbortSignal | undefined): Promise<ObjectState> {
    for (let attempt = 0; attempt < READ_ATTEMPTS; attempt++) {
      signal?.throwIfAborted();
      const number = await this.generations.highest();
      const record = await this.generations.record(number);
      if (record) await this.#settle(number, record);
      const copy = await this.#copy(record?.result ?? null);
      if ((await this.generations.highest()) === number) return { number, copy };
    }
    throw new SessionStorageError(
      `The stored object "${this.key}" changed ${READ_ATTEMPTS} times while it was read. Try again later.`,
      'unavailable',
    );
  }

  /**
   * Replaces (`value`) or deletes (`undefined`) the copy of `state`, and returns the new version.
   *
   * @throws StorageConflictError the stored object is not, or not any more, the one of `state`
   */
  async commit(
    state: ObjectState,
    value: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const { generations } = this;
    const number = state.number + 1;
    const temp = generations.temporary('tmp');
    const prepared = await writeNew(generations.path(temp), value ?? '');
    const result = value === undefined ? null : prepared;
    const record = { temp, base: state.copy?.fingerprint ?? null, result };
    let decided = false;
    try {
      signal?.throwIfAborted();
      decided = await generations.propose(number, record);
    } finally {
      if (!decided && !(await this.#isDecided(number, record)))
        await remove(generations.path(temp));
    }
    if (!decided || !(await this.#carryOut(number, record)))
      throw new StorageConflictError(this.key);
    // The write is done. What cannot be removed now goes with the next one.
    await generations.tidy(number).catch(() => undefined);
    return version(number, prepared);
  }

  /** Whether a failed proposal is nevertheless the decision, so that its copy must stay. */
  async #isDecided(number: number, record: GenerationRecord): Promise<boolean> {
    return (await this.generations.record(number))?.temp === record.temp;
  }

  async #carryOut(number: number, record: GenerationRecord): Promise<boolean> {
    const settlement = await this.#settle(number, record);
    if (settlement === 'overtaken') await this.generations.withdraw(number, record);
    if (settlement === 'settled') return this.#tookEffect(number, record);
    return settlement === 'applied';
  }

  async #settle(number: number, { temp, base, result }: GenerationRecord): Promise<Settlement> {
    const prepared = this.generations.path(temp);
    // In this order: no newer generation is decided before the older one has been carried out.
    const overtaken = (await this.generations.highest()) !== number;
    if (!(await exists(prepared))) return 'settled';
    if (overtaken) return 'overtaken';
    const found = fingerprintOf(await this.#copy(base));
    if (found !== base) {
      // Whoever takes the prepared copy away has the say; if it is gone, this view was late.
      const removed = await remove(prepared);
      return removed && found !== result ? 'abandoned' : 'settled';
    }
    const applied = result === null ? await this.#bury(base) : await move(prepared, this.path);
    if (result === null) await remove(prepared);
    await syncFolder(dirname(this.path));
    await syncFolder(this.generations.folder);
    return applied ? 'applied' : 'settled';
  }

  /** Whether a generation that somebody else settled was carried out or abandoned for a foreign write. */
  async #tookEffect(number: number, { result }: GenerationRecord): Promise<boolean> {
    if (fingerprintOf(await this.#copy(result)) === result) return true;
    const next = await this.generations.record(number + 1);
    return next ? next.base === result : (await this.generations.highest()) > number;
  }

  /** Moves the condemned copy out of sight first: whatever else slipped in meanwhile can be put back. */
  async #bury(condemned: Fingerprint | null): Promise<boolean> {
    const grave = this.generations.path(this.generations.temporary('trash'));
    if (!(await move(this.path, grave))) return false;
    const buried = await readCopy(grave);
    if (buried && buried.fingerprint !== condemned) await this.#putBack(grave);
    else await remove(grave);
    return buried?.fingerprint === condemned;
  }

  /** The published copy; one that a late deletion took away by mistake is put back first. */
  async #copy(wanted: Fingerprint | null): Promise<FileCopy | undefined> {
    const copy = await readCopy(this.path);
    if (copy || wanted === null) return copy;
    for (const name of await this.generations.trash()) {
      const grave = this.generations.path(name);
      if (fingerprintOf(await readCopy(grave)) === wanted) await this.#putBack(grave);
    }
    return readCopy(this.path);
  }

  async #putBack(grave: string): Promise<void> {
    try {
      await link(grave, this.path);
    } catch (error) {
      // A newer copy is there, or somebody else was faster.
      if (codeOf(error) !== 'EEXIST' && codeOf(error) !== 'ENOENT') throw error;
    }
    await remove(grave);
  }
}

/** The version of a copy. The number tells apart copies whose fingerprints happen to be equal. */
export function version(number: number, fingerprint: Fingerprint): string {
  return `${number}:${fingerprint}`;
}

function fingerprintOf(copy: FileCopy | undefined): Fingerprint | null {
  return copy?.fingerprint ?? null;
}
