import { findNoPath, quotedPath } from '../common/settings/path-text.js';
import { BetfairConfigurationError } from '../errors/index.js';
import { DRIVERS } from './drivers.js';
import type { SessionStorage } from './contract/session-storage.interface.js';
import type { OnIgnored, StorageDriver } from './contract/storage.driver.js';

/**
 * Creates the store for a URL.
 *
 * @throws BetfairConfigurationError the URL cannot be used
 */
export function createStorage(url: string, onIgnored: OnIgnored): SessionStorage {
  const found = createOrFault(url, 'storage', onIgnored);
  if (typeof found === 'string') throw new BetfairConfigurationError(found);
  return found;
}

/** Explains why a URL names no store, and what to do. `name` is the option or variable that the user set. */
export function findStorageFault(url: string, name = 'storage'): string | undefined {
  const found = createOrFault(url, name, () => {});
  return typeof found === 'string' ? found : undefined;
}

function createOrFault(url: string, name: string, onIgnored: OnIgnored): SessionStorage | string {
  try {
    return driverOf(url).create(url, onIgnored);
  } catch (error) {
    if (error instanceof BetfairConfigurationError) return `${name}: ${error.faults.join(' ')}`;
    throw error;
  }
}

function driverOf(url: string): StorageDriver {
  const scheme = /^[a-z0-9+.-]+:/i.exec(url)?.[0].toLowerCase();
  const driver = DRIVERS.find(({ schemes }) => scheme !== undefined && schemes.includes(scheme));
  if (driver !== undefined) return driver;
  // With "@" or "?" it may be a URL that lost its scheme, with a password.
  if (/^\.{0,2}[\\/][^@?]*$/.test(url) && findNoPath(url) === undefined) {
    throw new BetfairConfigurationError(
      `${quotedPath(url)} is a path. Write it as a URL: file:./directory or file:///absolute/directory.`,
    );
  }
  // Without a known scheme it may be anything, such as a connection string with a key, or a password with a colon.
  const start = scheme && url[scheme.length] === '/' ? `"${scheme}"` : 'the start of the text';
  const examples = DRIVERS.flatMap((one) => one.examples).join(', ');
  throw new BetfairConfigurationError(
    `${start} is not a known storage scheme. Use one of: ${examples}, or an object with read, write and delete.`,
  );
}
