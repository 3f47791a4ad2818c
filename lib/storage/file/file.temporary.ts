import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ifExists, remove, writeNew } from './file.copy.js';

/** Age in milliseconds from which a temporary file is taken for one of a dead process. */
export const ABANDONED_AFTER_MS = 10 * 60_000;

/**
 * Removes what processes that were killed have left of `names`.
 *
 * @param fresh - The name of a temporary file that does not exist yet.
 */
export async function sweep(
  folder: string,
  names: readonly string[],
  fresh: string,
  abandonedAfterMs: number,
): Promise<void> {
  let timeOfFiles: number | undefined;
  for (const name of names) {
    const path = join(folder, name);
    const changed = (await ifExists(stat(path)))?.ctimeMs ?? Infinity;
    const isOld = (now: number) => now - changed > abandonedAfterMs;
    if (!isOld(Date.now())) continue;
    // A clock that is ahead of the file system's finds old what another process is just writing.
    timeOfFiles ??= await askTimeOfFiles(join(folder, fresh));
    if (isOld(timeOfFiles)) await remove(path);
  }
}

/** Asks for the time on the clock that dates the files. */
async function askTimeOfFiles(fresh: string): Promise<number> {
  await writeNew(fresh, '');
  try {
    return (await stat(fresh)).ctimeMs;
  } finally {
    await remove(fresh);
  }
}
