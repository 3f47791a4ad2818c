import { BetfairConfigurationError } from '../../errors/configuration.errors.js';
import { isStorageKey } from '../contract/storage-key.js';

/** @throws BetfairConfigurationError the name is missing */
export function assertNamed(name: unknown, what: string, example: string): void {
  if (typeof name === 'string' && name !== '') return;
  throw new BetfairConfigurationError(`${what} has no name. Give it one, such as ${example}.`);
}

/** @throws BetfairConfigurationError some back end would read the prefix differently */
export function assertPrefix(prefix: unknown): void {
  if (typeof prefix === 'string') {
    if (prefix === '' || isStorageKey(prefix.replace(/\/$/, ''))) return;
  }
  throw new BetfairConfigurationError(
    'the prefix of the session store cannot be used. Use letters, digits, ".", "_", "-" and single "/", not at the start, such as "betfair/".',
  );
}
