import { hidesSecret } from '../common/redact.js';
import { hasFormOfCode, isLoginCode, UNNAMED_CODE } from './login-codes.js';

/** Code for a token that Betfair does not know. */
export const NO_SESSION = 'NO_SESSION';

/**
 * Reads a code that may be shown and stored; `undefined` if the text does not have the form of a code and so is no
 * answer of Betfair. An undocumented code that contains a secret, or is a part of one, becomes {@link UNNAMED_CODE}.
 */
export function shownCode(text: string, secrets: readonly string[]): string | undefined {
  const code = text.trim().toUpperCase();
  if (text === NO_SESSION) return text;
  if (isLoginCode(code)) return code;
  if (!hasFormOfCode(text)) return undefined;
  return hidesSecret(text, secrets) ? UNNAMED_CODE : text;
}
