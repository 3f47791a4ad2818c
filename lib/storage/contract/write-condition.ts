import { isText } from '../../common/unknown-values.js';
import { BetfairConfigurationError } from '../../errors/configuration.errors.js';
import type { DeleteCondition, WriteCondition } from './session-storage.interface.js';

/**
 * Returns the version that the condition expects; `undefined` if nothing may be stored. Call it in a store of your own
 * too, before anything is sent: S3 and Azure treat an empty version as "no condition" and overwrite what is stored.
 *
 * @throws BetfairConfigurationError it is not exactly one of the two conditions
 */
export function expectedVersion(condition: WriteCondition): string | undefined {
  // Callers in JavaScript can pass values that the types forbid.
  const ifAbsent: unknown = Reflect.get(Object(condition), 'ifAbsent');
  const ifVersion: unknown = Reflect.get(Object(condition), 'ifVersion');
  if (ifAbsent === true && ifVersion === undefined) return undefined;
  if (ifAbsent === undefined && isText(ifVersion)) return ifVersion;
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
  if (isText(Reflect.get(Object(condition), 'ifVersion'))) return;
  throw new BetfairConfigurationError(
    'a delete from the session store needs { ifVersion } with the version that a read or write returned.',
  );
}
