import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { findNoPath, quotedPath } from '../../common/settings/path-text.js';
import { unreadableFile } from '../../common/settings/unreadable-file.js';
import { IS_UTF16, isUtf16 } from '../../common/settings/utf16.js';
import { UsageError } from '../terminal/command.errors.js';

/** Variables as an application would see them. */
export interface Environment {
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Names of variables that the file sets, but to another value than the environment, which counts. */
  readonly overruled: readonly string[];
  /** File that was read too. */
  readonly file?: string;
}

/**
 * Reads the environment, and an `.env` file below it, as `node --env-file` does: what is set already counts.
 *
 * @param prefix - start of the names of the account's variables. The others of the file, such as those of a proxy or a
 *   cloud, are set in this process, because libraries look for them there
 * @throws UsageError the file cannot be read, or is UTF-16
 */
export function readEnvironment(file: string | undefined, prefix: string): Environment {
  if (file === undefined) return { variables: process.env, overruled: [] };
  const read = parseEnv(readText(file));
  const overruled = Object.entries(read)
    .filter(([name, text]) => process.env[name] !== undefined && process.env[name] !== text)
    .map(([name]) => name);
  for (const [name, text] of Object.entries(read)) {
    if (!name.startsWith(prefix)) process.env[name] ??= text;
  }
  return { variables: { ...read, ...process.env }, overruled, file };
}

function readText(file: string): string {
  const found = findNoPath(file);
  if (found !== undefined) throw new UsageError([`--env-file ${found.said}. Give its path.`]);
  const bytes = readBytes(file);
  if (isUtf16(bytes)) {
    throw new UsageError([`--env-file: the file ${quotedPath(file)} ${IS_UTF16}`]);
  }
  // Editors on Windows put a byte order mark before the first name, which dotenv ignores too.
  return bytes.toString('utf8').replace(/^\uFEFF/, '');
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UsageError(unreadableFile('--env-file', file, error).faults);
  }
}
