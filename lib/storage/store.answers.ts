import {
  BetfairSessionError,
  SessionStorageError,
  StorageConflictError,
  type StorageFailure,
} from '../errors/index.js';
import { wordlessCause } from '../errors/safe-cause.js';
import type { StoredValue } from './contract/session-storage.interface.js';
import { isText } from '../common/unknown-values.js';

/** Operations of a store, as messages name them. */
export type StoreOperation = 'read' | 'write' | 'delete';

/**
 * Checks the result of `read()` of a store. `null` counts as "nothing is stored".
 *
 * @throws SessionStorageError `BETFAIR_STORAGE_MISCONFIGURED`: it is something else than a text with its version
 */
export function parseStored(answer: unknown): StoredValue | undefined {
  if (answer === undefined || answer === null) return undefined;
  const { value, version } = Object(answer);
  if (typeof value === 'string' && isText(version)) return { value, version };
  throw malformed(
    `read() returned ${typeof value === 'string' ? 'no version' : 'no text'}. It must resolve to { value, version }, both strings and the version not empty, or to undefined if nothing is stored.`,
  );
}

/**
 * Checks the result of `write()` of a store.
 *
 * @throws SessionStorageError `BETFAIR_STORAGE_MISCONFIGURED`: it is no version
 */
export function parseVersion(answer: unknown): string {
  if (isText(answer)) return answer;
  throw malformed('write() returned no version. It must resolve to a string that is not empty.');
}

/** Makes the error for a failed operation. An error of another copy of this package is recognised by its `code`. */
export function storeFailure(
  operation: StoreOperation,
  key: string,
  error: unknown,
): SessionStorageError | StorageConflictError {
  if (error instanceof SessionStorageError || error instanceof StorageConflictError) return error;
  const cause = wordlessCause(error);
  const code: unknown = Reflect.get(cause, 'code');
  if (code === 'BETFAIR_STORAGE_CONFLICT') return new StorageConflictError(key);
  // The text is dropped: even one of the runtime may quote the token.
  return new SessionStorageError(
    `The session store failed to ${operation} "${key}": ${cause.message}.`,
    failureOf(code),
    { cause },
  );
}

/** Makes the error for an `open()` that failed. */
export function openingFailure(error: unknown): BetfairSessionError {
  if (error instanceof BetfairSessionError) return error;
  const cause = wordlessCause(error);
  const code: unknown = Reflect.get(cause, 'code');
  return new SessionStorageError(
    `The session store failed to open: ${cause.message}. Check that it is up, and check its configuration.`,
    PERMANENT.has(code) ? 'misconfigured' : failureOf(code),
    { cause },
  );
}

/** Codes of another copy of this package for faults that need a change. */
const PERMANENT = new Set<unknown>(['BETFAIR_CONFIGURATION', 'BETFAIR_MISSING_PACKAGE']);

const FAILURES = ['denied', 'misconfigured', 'unavailable', 'unsupported'] as const;

/** Failure of a `SessionStorageError` of any copy of this package, by its code. */
function failureOf(code: unknown): StorageFailure {
  const found = FAILURES.find((failure) => code === `BETFAIR_STORAGE_${failure.toUpperCase()}`);
  return found ?? 'unavailable';
}

function malformed(what: string): SessionStorageError {
  return new SessionStorageError(`The session store's ${what}`, 'misconfigured');
}
