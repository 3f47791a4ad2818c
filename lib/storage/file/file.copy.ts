import { createHash } from 'node:crypto';
import { fsync } from 'node:fs';
import { type FileHandle, open, rename, stat, unlink } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { codeOf } from './file.errors.js';

/**
 * Names one file with one content: inode, time of modification in nanoseconds, and a short SHA-256. A rename keeps it;
 * a write of any kind by anybody changes it.
 */
export type Fingerprint = string;

/** The content of a file, read together with its fingerprint. */
export interface FileCopy {
  readonly value: string;
  readonly fingerprint: Fingerprint;
}

const READ_ATTEMPTS = 5;
/** More than any value: of a file that somebody redirected a log to, no more is read. */
const LONGEST_BYTES = 1_048_576n;

/** Stands for `handle.sync()`, which the file handles of Yarn's Plug'n'Play do not have. */
const sync = promisify(fsync);

/** Reads a file, or gives `undefined` where there is none. */
export async function readCopy(path: string): Promise<FileCopy | undefined> {
  for (let attempt = 1; ; attempt++) {
    const handle = await ifExists(open(path, 'r'));
    if (handle === undefined) return undefined;
    try {
      const before = await handle.stat({ bigint: true });
      const bytes = await readFrom(handle, before.size);
      const after = await handle.stat({ bigint: true });
      // Somebody may be editing in place. After some tries, what was read is as good as anything else.
      if (sameMoment(before, after, bytes.length) || attempt === READ_ATTEMPTS) {
        return { value: bytes.toString('utf8'), fingerprint: fingerprint(after, bytes) };
      }
    } finally {
      await handle.close();
    }
  }
}

/** Writes a new file, readable by its owner only, down to the disk. */
export async function writeNew(path: string, value: string): Promise<Fingerprint> {
  const bytes = Buffer.from(value);
  const handle = await open(path, 'wx', 0o600);
  try {
    await handle.writeFile(bytes);
    await sync(handle.fd);
  } catch (error) {
    await remove(path);
    throw error;
  } finally {
    await handle.close();
  }
  // Only now: some network file systems set the time of modification on close.
  return fingerprint(await stat(path, { bigint: true }), bytes);
}

/** Renames; `false` where `from` is gone. */
export async function move(from: string, to: string): Promise<boolean> {
  return (await ifExists(patiently(() => rename(from, to)).then(() => true))) ?? false;
}

/** Removes a file; `false` where it is gone. */
export async function remove(path: string): Promise<boolean> {
  return (await ifExists(patiently(() => unlink(path)).then(() => true))) ?? false;
}

export async function exists(path: string): Promise<boolean> {
  return (await ifExists(stat(path))) !== undefined;
}

/** Makes the entries of a folder survive a power cut. */
export async function syncFolder(path: string): Promise<void> {
  // Windows opens no directories; NTFS journals its entries.
  if (process.platform === 'win32') return;
  const handle = await open(path, 'r');
  try {
    await sync(handle.fd);
  } catch (error) {
    // Some file systems cannot sync a directory and say so.
    if (codeOf(error) !== 'EINVAL') throw error;
  } finally {
    await handle.close();
  }
}

/** `undefined` instead of ENOENT. */
export async function ifExists<T>(operation: Promise<T>): Promise<T | undefined> {
  try {
    return await operation;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

interface Moment {
  readonly ino: bigint;
  readonly mtimeNs: bigint;
  readonly size: bigint;
}

async function readFrom(handle: FileHandle, size: bigint): Promise<Buffer> {
  if (size <= LONGEST_BYTES) return handle.readFile();
  const bytes = Buffer.alloc(Number(LONGEST_BYTES));
  const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
  return bytes.subarray(0, bytesRead);
}

function shorter(size: bigint): bigint {
  return size < LONGEST_BYTES ? size : LONGEST_BYTES;
}

function sameMoment(before: Moment, after: Moment, length: number): boolean {
  return before.mtimeNs === after.mtimeNs && shorter(after.size) === BigInt(length);
}

function fingerprint(moment: Moment, bytes: Buffer): Fingerprint {
  const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  return `${moment.ino}-${moment.mtimeNs}-${digest}`;
}

const WINDOWS_WAITS = [5, 20, 80, 200];

/** On Windows another process that has the file open, a virus scanner say, makes a rename fail for a moment. */
async function patiently(operation: () => Promise<void>): Promise<void> {
  const waits = process.platform === 'win32' ? WINDOWS_WAITS : [];
  for (const wait of waits) {
    try {
      return await operation();
    } catch (error) {
      if (!['EPERM', 'EBUSY', 'EACCES'].includes(codeOf(error) ?? '')) throw error;
      await delay(wait);
    }
  }
  return operation();
}
