import { BetfairConfigurationError } from '../errors/index.js';

/** Name of the account that has none. */
export const DEFAULT_ACCOUNT = 'default';

/** Up to 200 characters in one line, none of which is a control character or changes the direction of the text. */
const NAME = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{1,200}$/u;

/**
 * Checks the name of an account, which stands in the log.
 *
 * @throws BetfairConfigurationError it cannot be shown
 */
export function checkAccountName(name: unknown): asserts name is string {
  if (typeof name === 'string' && NAME.test(name) && name.trim() === name) return;
  throw new BetfairConfigurationError(
    'the name of an account is a text of 1 to 200 characters in one line, without blanks at its ends.',
  );
}
