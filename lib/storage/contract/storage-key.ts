import { BetfairConfigurationError } from '../../errors/configuration.errors.js';

const ALLOWED = /^[A-Za-z0-9._/-]+$/;

/** Tells if every back end reads the key the same way. */
export function isStorageKey(key: unknown): key is string {
  return (
    typeof key === 'string' &&
    ALLOWED.test(key) &&
    !key.includes('..') &&
    key.split('/').every((segment) => segment !== '' && segment !== '.')
  );
}

/**
 * Refuses a key that some back end would read differently: other characters than `[A-Za-z0-9._/-]`, a `/` at an end,
 * empty or `.` segments, and `..` anywhere.
 *
 * @throws BetfairConfigurationError before any input or output
 */
export function assertStorageKey(key: string): void {
  if (!isStorageKey(key)) {
    throw new BetfairConfigurationError(
      `the storage key ${JSON.stringify(key)} is not valid. Use letters, digits, ".", "_", "-" and single "/" between names, without ".." and without a "/" at either end, such as "session.token".`,
    );
  }
}
