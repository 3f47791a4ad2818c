/** Length of the longest text that counts as a token. Real tokens have 44 characters. */
const MAX_TOKEN_LENGTH = 4_096;
/** Printable ASCII without spaces, which can be sent unchanged in a header. */
const TOKEN_TEXT = /^[\x21-\x7e]+$/;

/** Tells if a text can be a session token. Any other text must never be sent to Betfair. */
export function isTokenText(text: string): boolean {
  return text.length <= MAX_TOKEN_LENGTH && TOKEN_TEXT.test(text);
}

/** Reads the token in a stored text; `undefined` if it is malformed. Editors may have added a newline at the end. */
export function parseStoredToken(text: string): string | undefined {
  if (text.length > MAX_TOKEN_LENGTH + 2) return undefined;
  const token = text.replace(/\r?\n$/, '');
  return isTokenText(token) ? token : undefined;
}
