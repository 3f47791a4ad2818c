import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { text } from '../../common/unknown-values.js';
import { CommandError } from '../terminal/command.errors.js';

/** A file that does not exist yet. */
export interface NewFile {
  readonly name: string;
  readonly content: string | Buffer;
  /** Rights of the file. */
  readonly mode: number;
}

/**
 * Writes all files, or none. A file that exists is never overwritten.
 *
 * @returns their absolute paths
 * @throws CommandError one of them exists, or cannot be written
 */
export async function writeNewFiles(
  folder: string,
  files: readonly NewFile[],
): Promise<readonly string[]> {
  const written: string[] = [];
  let path = resolve(folder);
  try {
    await mkdir(path, { recursive: true });
    for (const { name, content, mode } of files) {
      path = join(resolve(folder), name);
      await writeFile(path, content, { flag: 'wx', mode });
      written.push(path);
    }
    return written;
  } catch (error) {
    const code = text(error, 'code') ?? 'unknown error';
    // What failed in its midst is there in part.
    const begun = code === 'EEXIST' ? written : [...written, path];
    await Promise.all(begun.map((one) => rm(one, { force: true }).catch(() => undefined)));
    throw explained(path, code);
  }
}

function explained(path: string, code: string): CommandError {
  return new CommandError(
    code === 'EEXIST'
      ? `${path} exists already, and is not overwritten. Move it away, or name another folder: --out <folder>`
      : `${path} cannot be written (${code}). Check its folder, or name another one: --out <folder>`,
  );
}
