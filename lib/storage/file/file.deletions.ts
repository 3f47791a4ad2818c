import { link } from 'node:fs/promises';
import { codeOf } from './file.errors.js';
import type { Generations } from './file.generations.js';
import { move, readCopy, remove, type FileCopy, type Fingerprint } from './file.copy.js';

/** Deletes published copies, and gives back those that a late deletion took away by mistake. */
export class Deletions {
  constructor(
    private readonly path: string,
    private readonly generations: Generations,
  ) {}

  /**
   * Carries out deletion `number`: removes the expected copy, published or in the trash. Whatever is published is moved
   * aside first, so that a newer copy can be put back.
   *
   * @returns `true` if this call has removed it
   */
  async delete(expected: Fingerprint | null, number: number): Promise<boolean> {
    let isRemoved = false;
    do {
      const aside = this.generations.newTrash(number);
      await move(this.path, this.generations.path(aside));
      for (const name of await this.generations.trash(number)) {
        const trash = this.generations.path(name);
        if (await isCopy(trash, expected)) isRemoved = (await remove(trash)) || isRemoved;
        else if (name === aside) await this.#putBack(trash);
      }
      // A late deletion may have put it back meanwhile.
    } while (await isCopy(this.path, expected));
    return isRemoved;
  }

  /**
   * Reads the published copy. The expected one is put back first if a deletion up to `number` took it away by mistake;
   * a newer deletion meant to.
   */
  async readCopy(expected: Fingerprint | null, number: number): Promise<FileCopy | undefined> {
    const copy = await readCopy(this.path);
    if (copy || expected === null) return copy;
    for (const name of await this.generations.trash(number)) {
      const trash = this.generations.path(name);
      if (await isCopy(trash, expected)) await this.#putBack(trash);
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

async function isCopy(path: string, expected: Fingerprint | null): Promise<boolean> {
  return (await readCopy(path))?.fingerprint === expected;
}

export function fingerprintOf(copy: FileCopy | undefined): Fingerprint | null {
  return copy?.fingerprint ?? null;
}
