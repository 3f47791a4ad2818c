import { basename, dirname, join } from 'node:path';
import { SessionStorageError, StorageConflictError } from '../../errors/storage.errors.js';
import { Deletions, fingerprintOf } from './file.deletions.js';
import { Generations, type GenerationRecord } from './file.generations.js';
import {
  exists,
  move,
  readCopy,
  remove,
  syncFolder,
  type FileCopy,
  type Fingerprint,
} from './file.copy.js';
import { writeNew } from './file.temporary.js';

/** The stored copy, and the newest generation at that moment. */
export interface ObjectState {
  readonly number: number;
  readonly record: GenerationRecord | undefined;
  readonly copy: FileCopy | undefined;
}

/** Outcome of an attempt to carry out a generation. */
type Settlement =
  | 'applied' // by this call
  | 'settled' // by other processes, or never: newer generations exist
  | 'abandoned'; // because of a foreign write, which wins

const READ_ATTEMPTS = 100;

/** One object in a directory: its published copy and the hidden folder that orders the writers. */
export class FileObject {
  readonly generations: Generations;
  readonly #deletions: Deletions;

  constructor(
    readonly key: string,
    readonly path: string,
  ) {
    this.generations = new Generations(join(dirname(path), `.${basename(path)}.versions`));
    this.#deletions = new Deletions(path, this.generations);
  }

  /** Finds the current state, after finishing the work of a writer that died. */
  state(signal: AbortSignal | undefined): Promise<ObjectState> {
    return this.#look(signal, async (number, record) => {
      if (record) await this.#settle(number, record);
      return this.#deletions.readCopy(record?.result ?? null, number);
    });
  }

  /** Finds the current state for a process that may not write, without decisions that are not published yet. */
  publishedState(signal: AbortSignal | undefined): Promise<ObjectState> {
    return this.#look(signal, () => readCopy(this.path));
  }

  async #look(
    signal: AbortSignal | undefined,
    copyOf: (number: number, record: GenerationRecord | undefined) => Promise<FileCopy | undefined>,
  ): Promise<ObjectState> {
    for (let attempt = 0; attempt < READ_ATTEMPTS; attempt++) {
      signal?.throwIfAborted();
      const number = await this.generations.highest();
      const record = await this.generations.record(number);
      const copy = await copyOf(number, record);
      if ((await this.generations.highest()) === number) return { number, record, copy };
    }
    throw new SessionStorageError(
      `The stored object "${this.key}" changed ${READ_ATTEMPTS} times while it was read. Try again later.`,
      'unavailable',
    );
  }

  /**
   * Replaces (`value`) or deletes (`undefined`) the copy of `state`, and returns the new version.
   *
   * @throws StorageConflictError the stored object is not the one of `state`
   */
  async commit(
    state: ObjectState,
    value: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const { generations } = this;
    const number = state.number + 1;
    const temp = generations.newTemporary();
    const draft = generations.newTemporary();
    const prepared = await writeNew(generations.path(temp), value ?? '');
    const record = {
      temp,
      follows: state.record?.temp ?? null,
      base: state.copy?.fingerprint ?? null,
      result: value === undefined ? null : prepared,
    };
    try {
      const isDone =
        (await this.#decide(number, record, draft, signal)) &&
        (await this.#carryOut(number, record, draft));
      if (!isDone) throw new StorageConflictError(this.key);
    } finally {
      // A later write removes it if this fails.
      await remove(generations.path(draft)).catch(() => undefined);
    }
    await generations.tidy(number).catch(() => undefined);
    return version(number, prepared);
  }

  async #decide(
    number: number,
    record: GenerationRecord,
    draft: string,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    const { generations } = this;
    let decided = false;
    try {
      signal?.throwIfAborted();
      decided = await generations.propose(number, record, draft);
      return decided;
    } finally {
      // A proposal that failed may still be the decision, and then its copy must stay.
      if (!decided && (await generations.record(number))?.temp !== record.temp)
        await remove(generations.path(record.temp));
    }
  }

  async #carryOut(number: number, record: GenerationRecord, draft: string): Promise<boolean> {
    const settlement = await this.#settle(number, record);
    if (settlement === 'settled') return this.#tookEffect(number, record, draft);
    return settlement === 'applied';
  }

  async #settle(number: number, { temp, base, result }: GenerationRecord): Promise<Settlement> {
    const prepared = this.generations.path(temp);
    // A newer generation is decided only after the older one has been settled.
    if ((await this.generations.highest()) !== number) return 'settled';
    if (!(await exists(prepared))) return 'settled';
    const found = fingerprintOf(await this.#deletions.readCopy(base, number - 1));
    if (found !== base && found !== result) {
      // The process that removes the prepared copy decides. If it is gone, another one has decided.
      return (await remove(prepared)) ? 'abandoned' : 'settled';
    }
    const applied =
      result === null
        ? await this.#deletions.delete(base, number)
        : await move(prepared, this.path);
    if (result === null) await remove(prepared);
    await syncFolder(dirname(this.path));
    await syncFolder(this.generations.folder);
    return applied ? 'applied' : 'settled';
  }

  /** Finds out if other processes carried out a decision. The header of file.generations.ts describes the proof. */
  async #tookEffect(number: number, record: GenerationRecord, draft: string): Promise<boolean> {
    const { generations } = this;
    const published = fingerprintOf(await this.#deletions.readCopy(record.result, number));
    if ((await generations.highest()) === number) return published === record.result;
    const next = await generations.record(number + 1);
    if (next?.follows === record.temp) return next.base === record.result;
    if (await exists(generations.path(draft))) {
      await generations.withdraw(number, record);
      return false;
    }
    throw new SessionStorageError(
      `This process was paused for minutes while it changed "${this.key}", and others changed it often since. It is unknown whether this change took effect. Read the object again.`,
      'unavailable',
    );
  }
}

/** Version of a copy. The number tells apart copies with equal fingerprints. */
export function version(number: number, fingerprint: Fingerprint): string {
  return `${number}:${fingerprint}`;
}
