import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findNoPath } from '../../common/settings/path-text.js';
import { BetfairConfigurationError } from '../../errors/configuration.errors.js';
import type { OnIgnored, StorageDriver } from '../contract/storage.driver.js';
import { readParameters, type UrlRules } from '../contract/storage.url.js';
import { FileStorage } from './file.storage.js';

const RULES: UrlRules = {
  example: 'file:./directory or file:///absolute/directory',
  known: ['prefix'],
  ignored: ['base_url', 'create_dir', 'dir_file_mode', 'metadata', 'no_tmp_dir', 'secret_key_path'],
};

export const fileDriver: StorageDriver = {
  schemes: ['file:'],
  examples: ['file:./session-data', 'file:///absolute/directory'],
  packages: [],
  create: (url, onIgnored) => new FileStorage({ directory: directoryOf(url, onIgnored) }),
};

function directoryOf(url: string, onIgnored: OnIgnored): string {
  const [, path = '', query] = /^file:([^?]*)(?:\?(.*))?$/is.exec(url) ?? [];
  const found = findNoPath(path);
  if (found !== undefined) throw fault(`the file: URL ${found.said}.`);
  if (/#/.test(url)) throw fault('the file: URL must not contain a fragment.');
  const parameters = readParameters('the file: URL', new URLSearchParams(query), RULES, onIgnored);
  if (/^\/*$/.test(path)) {
    throw new BetfairConfigurationError(
      'the file: URL names no directory. Use file:./session-data.',
    );
  }
  // A server URL may hold a password, which errors of the operating system would quote.
  if (/:\/\/|:[^/\\]*@/.test(path))
    throw fault('the file: URL must name a directory, not a server.');
  return join(resolvePath(path), folderOf(parameters.get('prefix')));
}

/** Resolves the path without `new URL()`, which reads `file:./x` as `/x`. */
function resolvePath(path: string): string {
  // As in Go Cloud, a dot instead of the host starts a relative path.
  const relative = /^\/\/(\.(?:\/.*)?)$/s.exec(path)?.[1];
  const absolute = path.replace(/^\/\/localhost(?=\/)/i, '//');
  if (relative === undefined && /^\/\/[^/]/.test(absolute)) {
    throw fault('the file: URL must not name a host.');
  }
  try {
    return absolute.startsWith('//') && relative === undefined
      ? fileURLToPath(`file:${absolute}`)
      : resolve(decodeURIComponent(relative ?? path));
  } catch {
    // No cause: the error may hold the URL.
    throw new BetfairConfigurationError(
      `the file: URL contains a "%" that is not a valid escape. Write "%" in the path as %25, and do not write "/" as %2F.`,
    );
  }
}

/** Reads a prefix, which is a folder in file storage. */
function folderOf(prefix: string | undefined): string {
  if (prefix === undefined) return '.';
  if (/^[\w.-]+(?:\/[\w.-]+)*\/$/.test(prefix) && !prefix.includes('..')) return prefix;
  throw new BetfairConfigurationError(
    'the prefix of the file: URL must be a folder below the directory, with a "/" at its end, such as ?prefix=betfair/.',
  );
}

function fault(what: string): BetfairConfigurationError {
  return new BetfairConfigurationError(`${what} Write it as ${RULES.example}.`);
}
