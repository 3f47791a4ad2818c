import { redact } from '../common/redact.js';
import { hasFormOfCode, isLoginCode, UNNAMED_CODE } from './login-codes.js';

/** Code for a token that Betfair does not know. */
export const NO_SESSION = 'NO_SESSION';

/** Length from which a secret is searched inside a code; a shorter one is part of many words. */
const MIN_SEARCHED_LENGTH = 4;

/**
 * Reads a code that may be shown and stored; `undefined` if the text does not have the form of a code and so is no
 * answer of Betfair. An undocumented code that contains a secret, or is a part of one, becomes {@link UNNAMED_CODE}.
 */
export function shownCode(text: string, secrets: readonly string[]): string | undefined {
  const code = text.trim().toUpperCase();
  if (text === NO_SESSION) return text;
  if (isLoginCode(code)) return code;
  if (!hasFormOfCode(text)) return undefined;
  const hides =
    redact(text, secrets) !== text || secrets.some((secret) => isSpelledIn(secret, text));
  return hides ? UNNAMED_CODE : text;
}

/** Tells if a code contains a secret, or is a part of it, apart from characters that no code has. */
function isSpelledIn(secret: string, code: string): boolean {
  const [word, whole] = [lettersOf(secret), lettersOf(code)] as const;
  return word.includes(whole) || (word.length >= MIN_SEARCHED_LENGTH && whole.includes(word));
}

function lettersOf(text: string): string {
  return text.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
}
