import { SessionStorageError, StorageConflictError } from '../../errors/storage.errors.js';
import { isRecord } from '../../common/is-record.js';
import { CommandError } from '../command.errors.js';

/** Stands for a file that is not there. */
export function undefinedIfAbsent(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}

/** Runs an operation on files, and says what to do if it fails. A note that somebody else has replaced is no failure. */
export async function explained<T>(path: string, operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    if (error instanceof StorageConflictError) throw error;
    const reason =
      error instanceof SessionStorageError && error.failure === 'unsupported'
        ? 'its file system has no hard links'
        : codeOf(error);
    throw new CommandError(
      `${path} cannot be used (${reason}). Check its permissions, or name another folder: --dir <folder>`,
      { cause: error },
    );
  }
}

function codeOf(error: unknown): string {
  return isRecord(error) ? String(error['code'] ?? error['message']) : String(error);
}
