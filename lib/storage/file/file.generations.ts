/*
 * Order of writers without locks.
 *
 * `<dir>/<key>` is the published copy: the raw value, which other programs may read and write. The hidden folder
 * `.<key>.versions/` next to it holds records named 1, 2, 3 … A writer prepares its copy there and decides by linking a
 * record to the next number: `link()` lets only one writer win. Then it carries the decision out: it renames the
 * prepared copy over the published one. The record names the prepared copy, the published copy that the decision was
 * made against (`base`) and the one that it leads to (`result`). Records name copies by fingerprint and hold no value.
 *
 * - A writer dies after its decision. The prepared copy still exists, so the next process renames it. A copy can be
 *   renamed only once, so a late helper never puts an old value over a newer one.
 * - Another program writes after the condition was checked. The published copy is not `base`, so the decision is
 *   abandoned and the foreign value stays. Only a foreign write in the microseconds between this check and the rename
 *   can be overwritten: no file system has a conditional rename.
 * - A writer sleeps while its number is used and pruned, and links it a second time. Newer numbers exist then, as they
 *   do if it won and others continued. The next record is the proof: it names the prepared copy of the generation that
 *   it follows (`follows`), and its `base` is the `result` of that generation if the copy was published. The record
 *   keeps a second name, the draft, until its writer knows the outcome, and neither a record with two names nor its
 *   successor is pruned. So a writer that finds newer numbers and its draft, but no successor, withdraws. Only a writer
 *   that slept for ten minutes, until its draft was swept, finds no proof; it fails as `'unavailable'`.
 * - The version is the newest number with the fingerprint of the published copy, so foreign writes change it too.
 */
import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { read, parseJson } from '../../common/unknown-values.js';
import { codeOf, withLinkErrors } from './file.errors.js';
import { ifExists, remove, syncFolder, type Fingerprint } from './file.copy.js';
import { ABANDONED_AFTER_MS, sweep, writeNew } from './file.temporary.js';

/** Decision of one generation. `null` means "no object". */
export interface GenerationRecord {
  /** Prepared copy (empty for a deletion). While it exists, the decision is not yet carried out. */
  readonly temp: string;
  /** `temp` of the generation before, which identifies the true successor of a generation. */
  readonly follows: string | null;
  /** Published copy that the decision was made against. */
  readonly base: Fingerprint | null;
  /** Published copy that the decision leads to. */
  readonly result: Fingerprint | null;
}

/** Number of generations that are kept below the newest. */
export const KEPT_GENERATIONS = 32;

/** Names of temporary files. Trash without a number, from development versions, is only swept. */
const TEMPORARY = /^(tmp|trash(-[1-9][0-9]*)?)-[0-9a-f-]{36}$/;
const TRASH = /^trash-([1-9][0-9]*)-[0-9a-f-]{36}$/;
const NUMBER = /^[1-9][0-9]*$/;

/** The hidden folder of one object: numbered immutable records, prepared copies and trash. */
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

  /** Name for a copy that deletion `number` moves aside. */
  newTrash(number: number): string {
    return `trash-${number}-${randomUUID()}`;
  }

  /** Finds the newest number; 0 if there is none. */
  async highest(): Promise<number> {
    return Math.max(0, ...numbers(await this.#names()));
  }

  /** Reads the record of a generation; `undefined` if it is gone or damaged, and so decides nothing. */
  async record(number: number): Promise<GenerationRecord | undefined> {
    if (number === 0) return undefined;
    const text = await ifExists(readFile(this.path(String(number)), 'utf8'));
    return text === undefined ? undefined : parse(text);
  }

  /**
   * Tries to decide generation `number`: `true` for the one writer whose record gets that name. The record keeps the
   * name `draft` too until its writer removes it, and while it has two names, it and its successor are not pruned.
   */
  async propose(number: number, record: GenerationRecord, draft: string): Promise<boolean> {
    const path = this.path(draft);
    await writeNew(path, JSON.stringify(record));
    try {
      await withLinkErrors(this.folder, () => link(path, this.path(String(number))));
    } catch (error) {
      // ENOENT: the writer slept until its draft was swept, or the folder was removed.
      if (codeOf(error) !== 'EEXIST' && codeOf(error) !== 'ENOENT') throw error;
      // A network file system may repeat a link that succeeded before.
      if (!(await this.#hasTwoNames(draft))) return false;
    }
    await syncFolder(this.folder);
    return true;
  }

  async withdraw(number: number, record: GenerationRecord): Promise<void> {
    await remove(this.path(String(number)));
    await remove(this.path(record.temp));
  }

  /** Finds the copies that the deletions up to `number` have moved aside. */
  async trash(number: number): Promise<readonly string[]> {
    return (await this.#names()).filter((name) => Number(TRASH.exec(name)?.[1]) <= number);
  }

  /** Removes files that are not needed once generation `settled` has been carried out. */
  async tidy(settled: number): Promise<void> {
    const names = await this.#names();
    const old = numbers(names).filter((number) => number < settled - KEPT_GENERATIONS);
    for (const number of old) {
      const record = await this.record(number);
      // A writer that slept for many generations and died may have left its copy.
      if (record) await remove(this.path(record.temp));
      if (await this.#isAwaited(number)) continue;
      await remove(this.path(String(number)));
    }
    const temporaries = names.filter((name) => TEMPORARY.test(name));
    await sweep(this.folder, temporaries, this.newTemporary(), this.abandonedAfterMs);
  }

  /** Tells if a living writer still needs the record, its own or the next one, to know its outcome. */
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
  const parsed = parseJson(text);
  const [temp, follows, base, result] = ['temp', 'follows', 'base', 'result'].map((name) =>
    read(parsed, name),
  );
  if (typeof temp !== 'string' || !TEMPORARY.test(temp)) return undefined;
  if (!isTextOrNull(follows) || !isTextOrNull(base) || !isTextOrNull(result)) return undefined;
  return { temp, follows, base, result };
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}
