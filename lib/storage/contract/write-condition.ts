import { BetfairConfigurationError } from '../../errors/configuration.errors.js';
import type { DeleteCondition, WriteCondition } from './session-storage.interface.js';
import { read } from '../../common/unknown-values.js';

/**
 * The version that must be stored for the condition to hold; `undefined` if nothing may be stored. For stores of your
 * own too, before anything is sent: S3 and Azure take an empty or undefined version for "no condition", and overwrite
 * whatever is stored.
 *
 * @throws BetfairConfigurationError it is not exactly one of the two conditions
 */
export function expectedVersion(condition: WriteCondition): string | undefined {
  // Callers in JavaScript, or with a cast, hand in what the types forbid.
  const ifAbsent = read(condition, 'ifAbsent');
  const ifVersion = read(condition, 'ifVersion');
  if (ifAbsent === true && ifVersion === undefined) return undefined;
  if (ifAbsent === undefined && isVersion(ifVersion)) return ifVersion;
  throw new BetfairConfigurationError(
    'a write to the session store needs exactly one condition: { ifAbsent: true }, or { ifVersion } with the version that a read or write returned.',
  );
}

/**
 * Refuses a delete without a version, for the same reason as {@link expectedVersion}.
 *
 * @throws BetfairConfigurationError before any input or output
 */
export function assertDeleteCondition(condition: DeleteCondition): void {
  if (isVersion(read(condition, 'ifVersion'))) return;
  throw new BetfairConfigurationError(
    'a delete in the session store needs { ifVersion } with the version that a read or write returned.',
  );
}

function isVersion(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
