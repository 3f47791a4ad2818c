/*
 * Deletion of a copy while late helpers may still move copies.
 *
 * - A deletion moves the published copy aside, to `trash-<its number>-…`. It removes the copy that it must delete. Any
 *   other copy is newer, because this helper was late, and is linked back. If the helper dies in between, readers that
 *   miss the newest copy link it back, but never from the trash of a newer deletion, which moved it on purpose.
 * - A late helper can also move the copy that a newer deletion must delete, and put it back. So a deletion removes its
 *   copy from the trash of older deletions too, and then checks if it is published. This holds against one late helper
 *   and any readers. Two late helpers that both move the copy exactly between these checks can bring it back.
 */
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
   * Carries out deletion `number`: removes the expected copy, published or in the trash. It first moves the published
   * copy aside, so that a newer one can be put back.
   *
   * @returns `true` if this call has removed the copy
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
   * Reads the published copy. It first puts the expected copy back if a deletion up to `number` moved it by mistake; a
   * newer deletion moved it on purpose.
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
      // A newer copy is there, or another process was faster.
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
