import { BetfairConfigurationError } from '../errors/configuration.errors.js';
import type { DeleteCondition, WriteCondition } from './session-storage.interface.js';

/**
 * Refuses a condition that is not exactly one of the two. It matters most for an empty or undefined version, which S3
 * and Azure take for "no condition" and overwrite whatever is stored.
 *
 * @throws BetfairConfigurationError before any input or output
 */
export function assertWriteCondition(condition: WriteCondition): void {
  const ifAbsent = property(condition, 'ifAbsent');
  const ifVersion = property(condition, 'ifVersion');
  if (ifAbsent === true && ifVersion === undefined) return;
  if (ifAbsent === undefined && isVersion(ifVersion)) return;
  throw new BetfairConfigurationError(
    'a write to the session store needs exactly one condition: { ifAbsent: true }, or { ifVersion } with the version that a read or write returned.',
  );
}

/**
 * Refuses a delete without a version, for the same reason as {@link assertWriteCondition}.
 *
 * @throws BetfairConfigurationError before any input or output
 */
export function assertDeleteCondition(condition: DeleteCondition): void {
  if (isVersion(property(condition, 'ifVersion'))) return;
  throw new BetfairConfigurationError(
    'a delete in the session store needs { ifVersion } with the version that a read or write returned.',
  );
}

/**
 * The version that must be stored for the condition to hold; `undefined` if nothing may be stored. For stores of your
 * own.
 *
 * @throws BetfairConfigurationError it is not exactly one condition, of which many services would make none
 */
export function expectedVersion(condition: WriteCondition): string | undefined {
  assertWriteCondition(condition);
  return 'ifVersion' in condition ? condition.ifVersion : undefined;
}

function isVersion(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

// Callers in JavaScript, or with a cast, hand in what the types forbid.
function property(condition: unknown, name: string): unknown {
  return typeof condition === 'object' && condition !== null
    ? Reflect.get(condition, name)
    : undefined;
}
