import { link } from 'node:fs/promises';
import { codeOf } from './file.errors.js';
import type { Generations } from './file.generations.js';
import { move, readCopy, remove, type FileCopy, type Fingerprint } from './file.published.js';

/** Deletes published copies, and gives back those that a late deletion took away by mistake. */
export class Deletions {
  constructor(
    private readonly path: string,
    private readonly generations: Generations,
  ) {}

  /**
   * Deletes the published copy if it is the expected one. It is moved aside first, so that a newer one can be put back.
   *
   * @returns `true` if this call has deleted it
   */
  async delete(expected: Fingerprint | null): Promise<boolean> {
    const trash = this.generations.path(this.generations.temporary('trash'));
    if (!(await move(this.path, trash))) return false;
    const moved = await readCopy(trash);
    if (moved && moved.fingerprint !== expected) await this.#putBack(trash);
    else await remove(trash);
    return moved?.fingerprint === expected;
  }

  /** Reads the published copy; the expected one is put back first if it was taken away by mistake. */
  async readCopy(expected: Fingerprint | null): Promise<FileCopy | undefined> {
    const copy = await readCopy(this.path);
    if (copy || expected === null) return copy;
    for (const name of await this.generations.trash()) {
      const trash = this.generations.path(name);
      if (fingerprintOf(await readCopy(trash)) === expected) await this.#putBack(trash);
    }
    return readCopy(this.path);
  }

  async #putBack(trash: string): Promise<void> {
    try {
      await link(trash, this.path);
    } catch (error) {
      // A newer copy is there, or somebody else was faster.
      if (codeOf(error) !== 'EEXIST' && codeOf(error) !== 'ENOENT') throw error;
    }
    await remove(trash);
  }
}

export function fingerprintOf(copy: FileCopy | undefined): Fingerprint | null {
  return copy?.fingerprint ?? null;
}
