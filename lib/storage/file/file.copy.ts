import { createHash } from 'node:crypto';
import { fsync } from 'node:fs';
import { type FileHandle, open, rename, stat, unlink } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { codeOf, NO_PERMISSION } from './file.errors.js';

/**
 * Name of one file with one content: inode, time of modification in nanoseconds, and a short SHA-256. A rename keeps
 * it; every write changes it.
 */
export type Fingerprint = string;

/** The content of a file, read together with its fingerprint. */
export interface FileCopy {
  readonly value: string;
  readonly fingerprint: Fingerprint;
}

const READ_ATTEMPTS = 5;
/** Bytes that are read at most, for example of a file that somebody writes a log to. */
const MAX_READ_BYTES = 1_048_576n;

const fsyncOf = promisify(fsync);

/**
 * Writes a file down to the disk. Node's permission model disables `fsync()`; the file handles of Yarn's Plug'n'Play
 * have no `sync()`.
 */
export async function sync(handle: FileHandle): Promise<void> {
  try {
    await fsyncOf(handle.fd);
  } catch (error) {
    if (codeOf(error) !== NO_PERMISSION) throw error;
    await handle.sync();
  }
}

/** Reads a file; `undefined` if there is none. */
export async function readCopy(path: string): Promise<FileCopy | undefined> {
  for (let attempt = 1; ; attempt++) {
    const handle = await ifExists(open(path, 'r'));
    if (handle === undefined) return undefined;
    try {
      const before = await handle.stat({ bigint: true });
      const bytes = await readFrom(handle, before.size);
      const after = await handle.stat({ bigint: true });
      // Somebody may be editing the file. After some attempts, any content is as good as another.
      if (isUnchanged(before, after, bytes.length) || attempt === READ_ATTEMPTS) {
        return { value: bytes.toString('utf8'), fingerprint: fingerprint(after, bytes) };
      }
    } finally {
      await handle.close();
    }
  }
}

/** Renames a file; `false` if there is no `from`. */
export async function move(from: string, to: string): Promise<boolean> {
  return (await ifExists(retryOnWindows(() => rename(from, to)).then(() => true))) ?? false;
}

/** Removes a file; `false` if there is none. */
export async function remove(path: string): Promise<boolean> {
  return (await ifExists(retryOnWindows(() => unlink(path)).then(() => true))) ?? false;
}

export async function exists(path: string): Promise<boolean> {
  return (await ifExists(stat(path))) !== undefined;
}

/** Makes the entries of a folder survive a power cut. */
export async function syncFolder(path: string): Promise<void> {
  // Windows cannot open directories. NTFS journals their entries.
  if (process.platform === 'win32') return;
  const handle = await open(path, 'r');
  try {
    await sync(handle);
  } catch (error) {
    // Some file systems cannot sync a directory and say so.
    if (codeOf(error) !== 'EINVAL') throw error;
  } finally {
    await handle.close();
  }
}

/** Returns `undefined` instead of failing with ENOENT. */
export async function ifExists<T>(operation: Promise<T>): Promise<T | undefined> {
  try {
    return await operation;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

interface FileStats {
  readonly ino: bigint;
  readonly mtimeNs: bigint;
  readonly size: bigint;
}

async function readFrom(handle: FileHandle, size: bigint): Promise<Buffer> {
  if (size <= MAX_READ_BYTES) return handle.readFile();
  const bytes = Buffer.alloc(Number(MAX_READ_BYTES));
  const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
  return bytes.subarray(0, bytesRead);
}

function isUnchanged(before: FileStats, after: FileStats, length: number): boolean {
  const expectedLength = after.size < MAX_READ_BYTES ? after.size : MAX_READ_BYTES;
  return before.mtimeNs === after.mtimeNs && expectedLength === BigInt(length);
}

export function fingerprint({ ino, mtimeNs }: FileStats, bytes: Buffer): Fingerprint {
  const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  return `${ino}-${mtimeNs}-${digest}`;
}

const WINDOWS_PAUSES_MS = [5, 20, 80, 200];

/** Repeats an operation that fails on Windows while another process, such as a virus scanner, has the file open. */
async function retryOnWindows(operation: () => Promise<void>): Promise<void> {
  const pauses = process.platform === 'win32' ? WINDOWS_PAUSES_MS : [];
  for (const pause of pauses) {
    try {
      return await operation();
    } catch (error) {
      if (!['EPERM', 'EBUSY', 'EACCES'].includes(codeOf(error) ?? '')) throw error;
      await delay(pause);
    }
  }
  return operation();
}
