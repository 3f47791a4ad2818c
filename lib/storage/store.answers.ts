import {
  BetfairSessionError,
  SessionStorageError,
  StorageConflictError,
  type StorageFailure,
} from '../errors/index.js';
import { wordlessCause } from '../errors/safe-cause.js';
import type { StoredValue } from './contract/session-storage.interface.js';

/** Operations of a store, as messages name them. */
export type StoreOperation = 'read' | 'write' | 'delete';

/**
 * Takes what `read()` of a store returned. `null` counts as absent.
 *
 * @throws SessionStorageError `BETFAIR_STORAGE_MISCONFIGURED`: it is neither absent nor a text with its version
 */
export function parseStored(answer: unknown): StoredValue | undefined {
  if (answer === undefined || answer === null) return undefined;
  const { value, version } = Object(answer);
  if (typeof value === 'string' && isVersion(version)) return { value, version };
  throw malformed(
    `read() returned ${typeof value === 'string' ? 'no version' : 'no text'}. It must resolve to { value, version }, both strings and the version not empty, or to undefined if nothing is stored.`,
  );
}

/**
 * Takes what `write()` of a store returned.
 *
 * @throws SessionStorageError `BETFAIR_STORAGE_MISCONFIGURED`: it is no version
 */
export function parseVersion(answer: unknown): string {
  if (isVersion(answer)) return answer;
  throw malformed('write() returned no version. It must resolve to a string that is not empty.');
}

/** The error for what an operation of a store threw; one of another copy of this package is known by its `code`. */
export function storeFailure(
  operation: StoreOperation,
  key: string,
  error: unknown,
): SessionStorageError | StorageConflictError {
  if (error instanceof SessionStorageError || error instanceof StorageConflictError) return error;
  const cause = wordlessCause(error);
  const code: unknown = Reflect.get(cause, 'code');
  if (code === 'BETFAIR_STORAGE_CONFLICT') return new StorageConflictError(key);
  // Its text may quote the token, also if the runtime wrote it.
  return new SessionStorageError(
    `The session store failed to ${operation} "${key}": ${cause.message}.`,
    failureOf(code),
    { cause },
  );
}

/** The error for what `open()` of a store threw. */
export function openingFailure(error: unknown): BetfairSessionError {
  if (error instanceof BetfairSessionError) return error;
  const cause = wordlessCause(error);
  const code: unknown = Reflect.get(cause, 'code');
  return new SessionStorageError(
    `The session store failed to open: ${cause.message}. Check that it is up, and its configuration.`,
    NEVER_PASS.has(code) ? 'misconfigured' : failureOf(code),
    { cause },
  );
}

/** Codes of errors of another copy of this package that no time mends. */
const NEVER_PASS = new Set<unknown>(['BETFAIR_CONFIGURATION', 'BETFAIR_MISSING_PACKAGE']);

const FAILURES = ['denied', 'misconfigured', 'unavailable', 'unsupported'] as const;

/** What an error says by the code of a `SessionStorageError`, also of another copy of this package. */
function failureOf(code: unknown): StorageFailure {
  const found = FAILURES.find((failure) => code === `BETFAIR_STORAGE_${failure.toUpperCase()}`);
  return found ?? 'unavailable';
}

function isVersion(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function malformed(what: string): SessionStorageError {
  return new SessionStorageError(`The session store's ${what}`, 'misconfigured');
}
