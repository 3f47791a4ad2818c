import { basename, join, sep } from 'node:path';
import { safeCause } from '../../errors/safe-cause.js';
import { SessionStorageError, type StorageFailure } from '../../errors/storage.errors.js';
import { read, text } from '../../common/unknown-values.js';

/** Failure that the code of an error tells. {@link withLinkErrors} finds `'unsupported'`. */
type FileFailure = Exclude<StorageFailure, 'unsupported'>;

/** Code of an operation that Node's permission model forbids (`node --permission`). */
export const NO_PERMISSION = 'ERR_ACCESS_DENIED';

const FAILURES: Readonly<Record<string, FileFailure>> = {
  [NO_PERMISSION]: 'denied',
  EACCES: 'denied',
  EPERM: 'denied',
  EROFS: 'denied',
  ENOENT: 'misconfigured',
  ENOTDIR: 'misconfigured',
  EISDIR: 'misconfigured',
  ENAMETOOLONG: 'misconfigured',
  ELOOP: 'misconfigured',
};

const TEMPORARY = /^(\.probe|tmp|trash)-/;

const NO_HARD_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EXDEV', 'ENOSYS']);

/** Reads the code of a system error (`ENOENT`) or {@link NO_PERMISSION}; `undefined` for any other error. */
export function codeOf(error: unknown): string | undefined {
  const code = text(error, 'code');
  return code === NO_PERMISSION || /^E[A-Z0-9]+$/.test(code ?? '') ? code : undefined;
}

/**
 * Runs a file operation. A system error becomes a {@link SessionStorageError} that says what to do.
 *
 * @param key - key of the stored object, if the operation is about one
 */
export async function withFileErrors<T>(
  directory: string,
  run: () => Promise<T>,
  key?: string,
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    const failure = FAILURES[code] ?? 'unavailable';
    throw new SessionStorageError(explain(directory, key, code, failure, pathOf(error)), failure, {
      cause: safeCause(error),
    });
  }
}

/** Finds the file of a system error; `undefined` for a file that could not be created, which the directory causes. */
function pathOf(error: unknown): string | undefined {
  const path: unknown = read(error, 'path');
  const isNew = read(error, 'syscall') === 'mkdir';
  return typeof path === 'string' && !isNew && !TEMPORARY.test(basename(path)) ? path : undefined;
}

/** Tells if a system error means missing rights or a read-only file system. */
export function isDenied(error: unknown): boolean {
  return FAILURES[codeOf(error) ?? ''] === 'denied';
}

/** Runs `link()`, and tells a file system without hard links from missing rights. */
export async function withLinkErrors<T>(folder: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined || !NO_HARD_LINKS.has(code)) throw error;
    throw new SessionStorageError(
      `The file system of "${folder}" does not support hard links (${code}), which file storage needs to let only one writer win. Put the session directory on a local disk that is not FAT or exFAT, or choose another storage.`,
      'unsupported',
      { cause: safeCause(error) },
    );
  }
}

const ADVICE: Readonly<Record<FileFailure, string>> = {
  denied:
    'Give the user of this process the right to read and write it, or choose another directory.',
  misconfigured: 'It must be a directory whose parent exists.',
  unavailable: 'Check free space, open files and the state of the disk.',
};

/** Length of the longest sessionKey: the name of its folder may have 255 characters. */
const MAX_SESSION_KEY_LENGTH = 255 - '..lease.versions'.length;

const READ_ONLY_ADVICE =
  'Its file system is read-only. Mount it writable, or choose another directory.';

function permissionAdvice(directory: string): string {
  return `Node's permission model forbids it. Start Node with --allow-fs-read="${join(directory, '*')}" and --allow-fs-write="${join(directory, '*')}" too.`;
}

const OWNER_ADVICE =
  'Give the user of this process the right to read and write all files in it (chown -R). Another user may have created some by running the application.';

/** Advice for faults of a key, whose last part is a file and whose other parts are folders. */
const KEY_ADVICE: Readonly<Record<string, string>> = {
  ENAMETOOLONG: `The name is too long for its file system. Choose a sessionKey of at most ${MAX_SESSION_KEY_LENGTH} characters, or a shorter path of the directory.`,
  EISDIR:
    'A folder already has that name, because another sessionKey starts with it and "/". Choose another sessionKey.',
  ENOTDIR:
    'One of its folders already exists as the file of another sessionKey. Choose a sessionKey that does not start with another one and "/".',
};

function explain(
  directory: string,
  key: string | undefined,
  code: string,
  failure: FileFailure,
  path: string | undefined,
): string {
  const advice = KEY_ADVICE[code];
  // For a key without "/", ENOTDIR means that the directory itself is a file.
  const isFaultOfKey = code !== 'ENOTDIR' || key?.includes('/');
  const isOther = path !== undefined && code === 'EISDIR' && path !== join(directory, key ?? '');
  if (key !== undefined && advice !== undefined && isFaultOfKey && !isOther) {
    return `The session directory "${directory}" cannot store an object named "${key}" (${code}). ${advice}`;
  }
  const isInside = code !== 'EROFS' && (path?.startsWith(directory + sep) ?? false);
  const where = isInside ? `${code} at "${path}"` : code;
  const cure =
    cureOf(code, directory) ?? (isInside && failure === 'denied' ? OWNER_ADVICE : ADVICE[failure]);
  return `The session directory "${directory}" cannot be used (${where}). ${cure}`;
}

/** Advice for a code that has only one cause. */
function cureOf(code: string, directory: string): string | undefined {
  if (code === 'EROFS') return READ_ONLY_ADVICE;
  return code === NO_PERMISSION ? permissionAdvice(directory) : undefined;
}
