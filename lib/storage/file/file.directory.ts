import { randomUUID } from 'node:crypto';
import { link, mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, withLinkErrors } from './file.errors.js';
import { ifExists, move, remove, writeNew } from './file.copy.js';
import { ABANDONED_AFTER_MS, sweep } from './file.temporary.js';

const IGNORE_FILE = '.gitignore';
const TEMPORARY = /^\.probe-[0-9a-f-]{36}(-link)?$/;

/** Tells whether file storage keeps a file or folder of that name for itself. */
export function isOurs(name: string): boolean {
  return name === IGNORE_FILE || TEMPORARY.test(name) || /^\..+\.versions$/.test(name);
}

/** Makes sure that the directory exists and can do what file storage needs. */
export async function prepareDirectory(
  directory: string,
  abandonedAfterMs = ABANDONED_AFTER_MS,
): Promise<void> {
  await mkdir(directory, { mode: 0o700 }).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error;
  });
  // A file of that name fails here, with ENOTDIR.
  const names = await readdir(directory);
  await probeHardLinks(directory);
  await hideIfNew(directory, names);
  const temporaries = names.filter((name) => TEMPORARY.test(name));
  await sweep(directory, temporaries, temporary(), abandonedAfterMs);
}

/**
 * Hides the directory from Git if it holds nothing of others: then it is new, was emptied, or was left by a process that
 * died before it had hidden it.
 */
export async function hideIfNew(directory: string, names: readonly string[]): Promise<void> {
  const isNew = names.every((name) => isOurs(name) && name !== IGNORE_FILE);
  if (isNew || (await hasOurEmptyIgnoreFile(directory))) await ignoreInGit(directory);
}

/** Hides the directory from Git: a live token lies in what is often a project's folder. */
export async function ignoreInGit(directory: string): Promise<void> {
  const path = join(directory, IGNORE_FILE);
  const draft = join(directory, temporary());
  await writeNew(draft, '*\n');
  try {
    await link(draft, path);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    if (await hasOurEmptyIgnoreFile(directory)) await move(draft, path);
  } finally {
    await remove(draft);
  }
}

/** Tells whether a disk that was full cut our file short; the rights tell it from one that a person made. */
async function hasOurEmptyIgnoreFile(directory: string): Promise<boolean> {
  const found = await ifExists(stat(join(directory, IGNORE_FILE)));
  return found !== undefined && found.size === 0 && (found.mode & 0o777) === 0o600;
}

async function probeHardLinks(directory: string): Promise<void> {
  const probe = join(directory, temporary());
  const second = `${probe}-link`;
  await writeNew(probe, '');
  try {
    await withLinkErrors(directory, () => link(probe, second));
  } finally {
    await remove(second);
    await remove(probe);
  }
}

function temporary(): string {
  return `.probe-${randomUUID()}`;
}
