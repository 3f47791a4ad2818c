import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, withLinkErrors } from './file.errors.js';
import { ifExists, remove, syncFolder, writeNew, type Fingerprint } from './file.copy.js';
import { ABANDONED_AFTER_MS, sweep } from './file.temporary.js';

/** What one generation decided. `null` stands for "no object". */
export interface GenerationRecord {
  /** The prepared copy (an empty marker for a deletion). While it exists, the decision is not yet carried out. */
  readonly temp: string;
  /** `temp` of the generation before, which tells the true successor of a generation from any other of that number. */
  readonly follows: string | null;
  /** The published copy that the decision was made against. */
  readonly base: Fingerprint | null;
  /** The published copy that the decision leads to. */
  readonly result: Fingerprint | null;
}

/** Generations kept below the newest. */
export const KEPT_GENERATIONS = 32;

/** Trash without a number, of development versions, is swept only: it does not tell whether it was meant. */
const TEMPORARY = /^(tmp|trash(-[1-9][0-9]*)?)-[0-9a-f-]{36}$/;
const TRASH = /^trash-([1-9][0-9]*)-[0-9a-f-]{36}$/;
const NUMBER = /^[1-9][0-9]*$/;

/** The hidden folder of one object: numbered immutable records, prepared copies, copies on their way out. */
export class Generations {
  constructor(
    readonly folder: string,
    private readonly abandonedAfterMs = ABANDONED_AFTER_MS,
  ) {}

  async create(): Promise<string | undefined> {
    return mkdir(this.folder, { recursive: true, mode: 0o700 });
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  newTemporary(): string {
    return `tmp-${randomUUID()}`;
  }

  /** The name of a copy that deletion `number` moves aside. */
  newTrash(number: number): string {
    return `trash-${number}-${randomUUID()}`;
  }

  /** The newest number, 0 where there is none. */
  async highest(): Promise<number> {
    return Math.max(0, ...numbers(await this.#names()));
  }

  /** The record of a generation; `undefined` if it is gone, or damaged, and so decides nothing. */
  async record(number: number): Promise<GenerationRecord | undefined> {
    if (number === 0) return undefined;
    const text = await ifExists(readFile(this.path(String(number)), 'utf8'));
    return text === undefined ? undefined : parse(text);
  }

  /**
   * Decides generation `number`: `true` for the one writer whose record gets that name. The record keeps the name
   * `draft` too, until its writer removes it: while a record has two names, it and its successor are not pruned.
   */
  async propose(number: number, record: GenerationRecord, draft: string): Promise<boolean> {
    const path = this.path(draft);
    await writeNew(path, JSON.stringify(record));
    try {
      await withLinkErrors(this.folder, () => link(path, this.path(String(number))));
    } catch (error) {
      // ENOENT: the writer slept until its draft was swept, or somebody removed the folder.
      if (codeOf(error) !== 'EEXIST' && codeOf(error) !== 'ENOENT') throw error;
      // A network file system may repeat a link that had succeeded.
      if (!(await this.#hasTwoNames(draft))) return false;
    }
    await syncFolder(this.folder);
    return true;
  }

  async withdraw(number: number, record: GenerationRecord): Promise<void> {
    await remove(this.path(String(number)));
    await remove(this.path(record.temp));
  }

  /** The copies that the deletions up to `number` have moved aside. */
  async trash(number: number): Promise<readonly string[]> {
    return (await this.#names()).filter((name) => Number(TRASH.exec(name)?.[1]) <= number);
  }

  /** Removes what is no longer needed, given that generation `settled` has been carried out. */
  async tidy(settled: number): Promise<void> {
    const names = await this.#names();
    const old = numbers(names).filter((number) => number < settled - KEPT_GENERATIONS);
    for (const number of old) {
      const record = await this.record(number);
      // A writer that slept through many generations and died may have left its copy.
      if (record) await remove(this.path(record.temp));
      if (await this.#isAwaited(number)) continue;
      await remove(this.path(String(number)));
    }
    const temporaries = names.filter((name) => TEMPORARY.test(name));
    await sweep(this.folder, temporaries, this.newTemporary(), this.abandonedAfterMs);
  }

  /** Tells whether a living writer still needs the record, its own or the next one, to know how its own ended. */
  async #isAwaited(number: number): Promise<boolean> {
    return (
      (await this.#hasTwoNames(String(number))) || (await this.#hasTwoNames(String(number - 1)))
    );
  }

  async #hasTwoNames(name: string): Promise<boolean> {
    return ((await ifExists(stat(this.path(name))))?.nlink ?? 0) > 1;
  }

  async #names(): Promise<readonly string[]> {
    return (await ifExists(readdir(this.folder))) ?? [];
  }
}

function numbers(names: readonly string[]): number[] {
  return names.filter((name) => NUMBER.test(name)).map(Number);
}

function parse(text: string): GenerationRecord | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  const temp: unknown = Reflect.get(parsed, 'temp');
  const follows: unknown = Reflect.get(parsed, 'follows');
  const base: unknown = Reflect.get(parsed, 'base');
  const result: unknown = Reflect.get(parsed, 'result');
  if (typeof temp !== 'string' || !TEMPORARY.test(temp)) return undefined;
  if (!isTextOrNull(follows) || !isTextOrNull(base) || !isTextOrNull(result)) return undefined;
  return { temp, follows, base, result };
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}
