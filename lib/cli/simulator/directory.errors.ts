import { stat } from 'node:fs/promises';
import { SessionStorageError, StorageConflictError } from '../../errors/storage.errors.js';
import { isRecord } from '../../common/unknown-values.js';
import { CommandError } from '../terminal/command.errors.js';

const PERMISSIONS = 'Check its permissions, or name';
const ADVICE: Readonly<Record<string, string>> = {
  EACCES: PERMISSIONS,
  EPERM: PERMISSIONS,
  EROFS: PERMISSIONS,
  ENOSPC: 'Free space on its disk, or name',
};

/** Returns `undefined` for a file that does not exist. */
export function undefinedIfAbsent(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}

/** Runs an operation on files, and explains its failure. The conflict of a replaced note is thrown as it is. */
export async function explained<T>(path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    if (error instanceof StorageConflictError || error instanceof CommandError) throw error;
    const code = codeOf(error);
    const reason =
      error instanceof SessionStorageError && error.failure === 'unsupported'
        ? 'its file system has no hard links'
        : code;
    throw new CommandError(
      `${path} cannot be used (${reason}). ${ADVICE[code] ?? 'Name'} another folder: --dir <folder>`,
      { cause: error },
    );
  }
}

/**
 * Refuses everything but regular files: reading a pipe would never end.
 *
 * @throws CommandError something else has this name
 */
export async function refuseIfNoFile(path: string): Promise<void> {
  const found = await stat(path).catch(undefinedIfAbsent);
  if (found === undefined || found.isFile()) return;
  throw new CommandError(
    `${path} is not a regular file. Move it away, or name another folder: --dir <folder>`,
  );
}

function codeOf(error: unknown): string {
  return isRecord(error) ? String(error['code'] ?? error['message']) : String(error);
}
