import { randomUUID } from 'node:crypto';
import { link, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, withLinkErrors } from './file.errors.js';
import { remove, writeNew } from './file.published.js';

/** Makes sure that the directory exists and can do what file storage needs. */
export async function prepareDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { mode: 0o700 });
    await ignoreInGit(directory);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    // A file of that name fails here, with ENOTDIR.
    await readdir(directory);
  }
  await probeHardLinks(directory);
}

/** A live token lies in what is often a project's folder. */
export async function ignoreInGit(directory: string): Promise<void> {
  await writeFile(join(directory, '.gitignore'), '*\n', { flag: 'wx', mode: 0o600 });
}

async function probeHardLinks(directory: string): Promise<void> {
  const probe = join(directory, `.probe-${randomUUID()}`);
  const second = `${probe}-link`;
  await writeNew(probe, '');
  try {
    await withLinkErrors(directory, () => link(probe, second));
  } finally {
    await remove(second);
    await remove(probe);
  }
}
