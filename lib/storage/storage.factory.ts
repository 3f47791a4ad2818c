import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findNoPath, quotedPath } from '../common/path-text.js';
import { BetfairConfigurationError } from '../errors/index.js';
import { CloudStorage } from './cloud/cloud.storage.js';
import { openAzureBlob, openGcs, openS3 } from './cloud/cloud.url.js';
import { FileStorage } from './file/file.storage.js';
import { MemoryStorage } from './memory/memory.storage.js';
import type { SessionStorage } from './session-storage.interface.js';

/** Schemes of storage URLs, and what opens each. */
const SCHEMES: Readonly<Record<string, (url: string) => SessionStorage>> = {
  'file:': openFile,
  'mem:': openMemory,
  's3:': openS3,
  'azblob:': openAzureBlob,
  'gs:': openGcs,
};

const WRITE_FILE_URL = 'Write it as file:./directory or file:///absolute/directory.';

/** The stores that were made here, from a URL. */
const openedHere = new WeakSet<SessionStorage>();

/**
 * The store that the option `storage` names.
 *
 * @throws BetfairConfigurationError the URL cannot be used
 * @throws MissingPackageError the store needs a package that is not installed
 * @throws SessionStorageError the store refuses already now
 */
export async function openStorage(option: string | SessionStorage): Promise<SessionStorage> {
  const storage = typeof option === 'string' ? fromUrl(option) : option;
  // So that a directory that cannot be used, or a missing package, is told at start-up.
  if (storage instanceof FileStorage || storage instanceof CloudStorage) await storage.open();
  return storage;
}

/** Finds why a URL names no store, with what to do. `name` is what the user set. */
export function findStorageFault(url: string, name = 'storage'): string | undefined {
  const found = openOrFault(url, name);
  return typeof found === 'string' ? found : undefined;
}

function fromUrl(url: string): SessionStorage {
  const found = openOrFault(url, 'storage');
  if (typeof found === 'string') throw new BetfairConfigurationError(found);
  openedHere.add(found);
  return found;
}

function openOrFault(url: string, name: string): SessionStorage | string {
  try {
    return open(url);
  } catch (error) {
    if (error instanceof BetfairConfigurationError) return `${name}: ${error.faults.join(' ')}`;
    throw error;
  }
}

function open(url: string): SessionStorage {
  const scheme = /^[a-z0-9+.-]+:/i.exec(url)?.[0].toLowerCase();
  const opener = scheme === undefined ? undefined : SCHEMES[scheme];
  if (opener !== undefined) return opener(url);
  if (/^\.{0,2}[\\/]/.test(url) && findNoPath(url) === undefined) {
    throw new BetfairConfigurationError(
      `${quotedPath(url)} is a path. Write it as a URL: file:./directory or file:///absolute/directory.`,
    );
  }
  // Without a scheme it may be anything, also a connection string with a key or a password with a colon.
  const start = scheme && url[scheme.length] === '/' ? `"${scheme}"` : 'the start of the text';
  throw new BetfairConfigurationError(
    `${start} is not the scheme of a store. Use one of: file:./session-data, file:///absolute/directory, mem://, s3://bucket, azblob://container, gs://bucket, or an object with read, write and delete.`,
  );
}

/** Whether a store was made from a URL, and so is closed by us. */
export function wasOpenedHere(storage: SessionStorage): boolean {
  return openedHere.has(storage);
}

/** Whether nobody else can see the store. */
export function isPrivate(storage: SessionStorage): boolean {
  return storage instanceof MemoryStorage && wasOpenedHere(storage);
}

/** What tells two stores apart: the place where one of ours keeps its objects, or the object itself. */
export function identityOf(storage: SessionStorage): unknown {
  if (storage instanceof FileStorage) return `file:${storage.directory}`;
  return storage instanceof CloudStorage ? storage.location : storage;
}

function openFile(url: string): FileStorage {
  return new FileStorage({ directory: directoryOf(url) });
}

/** By hand: `new URL('file:./x')` is `/x`. */
function directoryOf(url: string): string {
  const path = url.slice('file:'.length);
  const found = findNoPath(path);
  if (found !== undefined) {
    throw new BetfairConfigurationError(`the file: URL ${found.said}. ${WRITE_FILE_URL}`);
  }
  if (/[?#]/.test(path)) {
    throw new BetfairConfigurationError(`a file: URL takes no parameters. ${WRITE_FILE_URL}`);
  }
  if (path === '') {
    throw new BetfairConfigurationError('file: names no directory. Use file:./session-data.');
  }
  if (/^\/\/[^/]/.test(path)) {
    throw new BetfairConfigurationError(`a file: URL names no host. ${WRITE_FILE_URL}`);
  }
  try {
    return path.startsWith('//') ? fileURLToPath(url) : resolve(decodeURIComponent(path));
  } catch {
    // Not as a cause: the error may hold the URL.
    throw new BetfairConfigurationError(
      `a file: URL has a "%" that escapes no character. Write a "%" of the path as %25.`,
    );
  }
}

function openMemory(url: string): MemoryStorage {
  if (url !== 'mem://') {
    throw new BetfairConfigurationError('mem:// takes neither a name nor parameters.');
  }
  return new MemoryStorage();
}
