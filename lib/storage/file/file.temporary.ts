import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fingerprint, type Fingerprint, ifExists, remove, sync } from './file.copy.js';

/** Milliseconds after which a temporary file counts as left by a dead process. */
export const ABANDONED_AFTER_MS = 10 * 60_000;

/** Writes a new file, readable by its owner only, down to the disk. */
export async function writeNew(path: string, value: string): Promise<Fingerprint> {
  const bytes = Buffer.from(value);
  const handle = await open(path, 'wx', 0o600);
  try {
    await handle.writeFile(bytes);
    await sync(handle);
  } catch (error) {
    await remove(path);
    throw error;
  } finally {
    await handle.close();
  }
  // After close, because some network file systems set the time of modification then.
  return fingerprint(await stat(path, { bigint: true }), bytes);
}

/**
 * Removes those of `names` that killed processes have left.
 *
 * @param fresh - name of a temporary file that does not exist yet
 */
export async function sweep(
  folder: string,
  names: readonly string[],
  fresh: string,
  abandonedAfterMs: number,
): Promise<void> {
  let fileSystemTime: number | undefined;
  for (const name of names) {
    const path = join(folder, name);
    const changed = (await ifExists(stat(path)))?.ctimeMs ?? Infinity;
    const isOld = (now: number) => now - changed > abandonedAfterMs;
    if (!isOld(Date.now())) continue;
    // If our clock is ahead of the file system's, a new file looks old.
    fileSystemTime ??= await readFileSystemTime(join(folder, fresh));
    if (isOld(fileSystemTime)) await remove(path);
  }
}

/** Reads the clock that dates the files. */
async function readFileSystemTime(fresh: string): Promise<number> {
  await writeNew(fresh, '');
  try {
    return (await stat(fresh)).ctimeMs;
  } finally {
    await remove(fresh);
  }
}
