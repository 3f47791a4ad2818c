import { randomUUID } from 'node:crypto';
import { link, mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, withLinkErrors } from './file.errors.js';
import { ifExists, move, remove } from './file.copy.js';
import { ABANDONED_AFTER_MS, sweep, writeNew } from './file.temporary.js';

const IGNORE_FILE = '.gitignore';
const TEMPORARY = /^\.probe-[0-9a-f-]{36}(-link)?$/;

/** Tells if file storage reserves the name of a file or folder for itself. */
export function isReserved(name: string): boolean {
  return name === IGNORE_FILE || TEMPORARY.test(name) || /^\..+\.versions$/.test(name);
}

/** Creates the directory if needed, and checks that file storage works in it. */
export async function prepareDirectory(
  directory: string,
  abandonedAfterMs = ABANDONED_AFTER_MS,
): Promise<void> {
  await mkdir(directory, { mode: 0o700 }).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error;
  });
  // Fails with ENOTDIR if it is a file.
  const names = await readdir(directory);
  await probeHardLinks(directory);
  await hideIfNew(directory, names);
  const temporaries = names.filter((name) => TEMPORARY.test(name));
  await sweep(directory, temporaries, temporary(), abandonedAfterMs);
}

/** Hides the directory from Git if it holds only files of ours: then it is new, or a process died before it hid it. */
export async function hideIfNew(directory: string, names: readonly string[]): Promise<void> {
  const isNew = names.every((name) => isReserved(name) && name !== IGNORE_FILE);
  if (isNew || (await hasOurEmptyIgnoreFile(directory))) await ignoreInGit(directory);
}

/** Hides the directory from Git: it holds a live token and is often in the folder of a project. */
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

/** Tells if a full disk left our .gitignore empty. Its rights tell it from a file that a person created. */
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
