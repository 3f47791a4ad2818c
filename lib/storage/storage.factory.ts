import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BetfairConfigurationError } from '../errors/index.js';
import { CloudStorage } from './cloud.storage.js';
import { openAzureBlob, openGcs, openS3 } from './cloud.url.js';
import { FileStorage } from './file.storage.js';
import { MemoryStorage } from './memory.storage.js';
import type { SessionStorage } from './session-storage.interface.js';

/** Schemes of storage URLs, and what opens each. */
const SCHEMES: Readonly<Record<string, (url: string) => SessionStorage>> = {
  'file:': openFile,
  'mem:': openMemory,
  's3:': openS3,
  'azblob:': openAzureBlob,
  'gs:': openGcs,
};

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

function fromUrl(url: string): SessionStorage {
  const scheme = /^[a-z0-9+.-]+:/i.exec(url)?.[0].toLowerCase();
  const open = scheme === undefined ? undefined : SCHEMES[scheme];
  if (open === undefined) {
    throw new BetfairConfigurationError(
      // Without a scheme it may be anything, also a connection string with a key.
      `storage: ${scheme === undefined ? 'the start of the text' : `"${scheme}"`} is not the scheme of a store. Use one of: file:./session-data, file:///absolute/directory, mem://, s3://bucket, azblob://container, gs://bucket, or an object with read, write and delete.`,
    );
  }
  const storage = open(url);
  openedHere.add(storage);
  return storage;
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
  if (/[?#]/.test(url)) {
    throw new BetfairConfigurationError(
      `storage: a file: URL takes no parameters. Write it as file:./directory or file:///absolute/directory.`,
    );
  }
  const path = url.slice('file:'.length);
  if (path.startsWith('//')) {
    try {
      return fileURLToPath(url);
    } catch (error) {
      throw new BetfairConfigurationError(
        'storage: a file: URL names no host. Write it as file:./directory or file:///absolute/directory.',
        { cause: error },
      );
    }
  }
  if (path === '') {
    throw new BetfairConfigurationError(
      'storage: file: names no directory. Use file:./session-data.',
    );
  }
  return resolve(decodeURIComponent(path));
}

function openMemory(url: string): MemoryStorage {
  if (url !== 'mem://') {
    throw new BetfairConfigurationError('storage: mem:// takes neither a name nor parameters.');
  }
  return new MemoryStorage();
}
