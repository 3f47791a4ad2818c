import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BetfairConfigurationError } from '../errors/index.js';
import { FileStorage } from './file.storage.js';
import { MemoryStorage } from './memory.storage.js';
import type { SessionStorage } from './session-storage.interface.js';

/** Schemes of storage URLs, and what opens each. */
const SCHEMES: Readonly<Record<string, (url: string) => Promise<SessionStorage>>> = {
  'file:': openFile,
  'mem:': openMemory,
};

/**
 * The store that the option `storage` names.
 *
 * @throws BetfairConfigurationError the URL cannot be used
 * @throws SessionStorageError the store refuses already now
 */
export async function openStorage(option: string | SessionStorage): Promise<SessionStorage> {
  const storage = typeof option === 'string' ? await fromUrl(option) : option;
  // So that a directory that cannot be used is refused at start-up.
  if (storage instanceof FileStorage) await storage.open();
  return storage;
}

async function fromUrl(url: string): Promise<SessionStorage> {
  const scheme = /^[a-z0-9+.-]+:/i.exec(url)?.[0].toLowerCase();
  const open = scheme === undefined ? undefined : SCHEMES[scheme];
  if (open === undefined) {
    throw new BetfairConfigurationError(
      `storage: "${scheme ?? url}" is not the scheme of a store. Use one of: file:./session-data, file:///absolute/directory, mem://, or an object with read, write and delete.`,
    );
  }
  return open(url);
}

/** What tells two stores apart: the place where one of ours keeps its objects, or the object itself. */
export function identityOf(storage: SessionStorage): unknown {
  return storage instanceof FileStorage ? `file:${storage.directory}` : storage;
}

async function openFile(url: string): Promise<FileStorage> {
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

async function openMemory(url: string): Promise<MemoryStorage> {
  if (url !== 'mem://') {
    throw new BetfairConfigurationError('storage: mem:// takes neither a name nor parameters.');
  }
  return new MemoryStorage();
}
