import { link } from 'node:fs/promises';
import { codeOf } from './file.errors.js';
import type { Generations } from './file.generations.js';
import { move, readCopy, remove, type FileCopy, type Fingerprint } from './file.published.js';

/** Deletes published copies, and gives back those that a late deletion took away by mistake. */
export class Graves {
  constructor(
    private readonly path: string,
    private readonly generations: Generations,
  ) {}

  /**
   * Moves the condemned copy out of sight first: whatever else slipped in meanwhile can be put back.
   *
   * @returns whether this call has deleted it
   */
  async bury(condemned: Fingerprint | null): Promise<boolean> {
    const grave = this.generations.path(this.generations.temporary('trash'));
    if (!(await move(this.path, grave))) return false;
    const buried = await readCopy(grave);
    if (buried && buried.fingerprint !== condemned) await this.#putBack(grave);
    else await remove(grave);
    return buried?.fingerprint === condemned;
  }

  /** Reads the published copy; the wanted one is put back first if it was taken away by mistake. */
  async readCopy(wanted: Fingerprint | null): Promise<FileCopy | undefined> {
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

export function fingerprintOf(copy: FileCopy | undefined): Fingerprint | null {
  return copy?.fingerprint ?? null;
}
