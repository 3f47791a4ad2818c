/** Longest token text that is taken for one; real tokens have 44 characters. */
const LONGEST_TOKEN = 4_096;
/** Printable ASCII without spaces: what can be sent raw as the value of `X-Authentication`. */
const TOKEN_TEXT = /^[\x21-\x7e]+$/;

/** Whether a text can be a session token. Anything else must never be sent to Betfair. */
export function isTokenText(text: string): boolean {
  return text.length <= LONGEST_TOKEN && TOKEN_TEXT.test(text);
}

/** The token in a stored text, or `undefined` where it is malformed. One trailing newline, as editors add, is allowed. */
export function parseStoredToken(text: string): string | undefined {
  if (text.length > LONGEST_TOKEN + 2) return undefined;
  const token = text.replace(/\r?\n$/, '');
  return isTokenText(token) ? token : undefined;
}
