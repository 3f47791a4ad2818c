/** Text in place of a secret. */
const REDACTED = '[redacted]';

/** HTML names of the characters of base64 that are not letters or digits. */
const ENTITIES = new Map([
  ['+', 'plus'],
  ['/', 'sol'],
  ['=', 'equals'],
]);

/** Length from which a secret is also removed inside words. A shorter one, such as "ed", is part of many words. */
const MIN_LENGTH_IN_WORDS = 4;

/** Length from which a secret is also found in base64 of a longer text, where fewer of its digits are certain. */
const MIN_LENGTH_IN_BASE64 = 8;

/** Number of characters of an explanation that are kept. */
const MAX_EXPLANATION_LENGTH = 1_000;

/** Returns Betfair's explanation without secrets that it may echo; `undefined` if there is none. */
export function explanation(value: unknown, secrets: readonly string[]): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  // Before the cut, which could make a secret at the end unrecognisable.
  return redact(value, secrets).slice(0, MAX_EXPLANATION_LENGTH);
}

/**
 * Removes secrets from a text from outside: unchanged, in another case, escaped for a URL (once or twice), HTML or
 * JSON, in base64 or hexadecimal.
 */
export function redact(text: string, secrets: readonly string[]): string {
  const finds = secrets
    // Base64 may come without its padding. No form of a secret is shorter than the secret.
    .flatMap((secret) => [secret, secret.replace(/=+$/, '')])
    .filter((secret) => secret !== '' && secret.length <= text.length)
    .flatMap((secret) => [...text.matchAll(patternOf(secret))])
    .map(({ 0: found, index }) => ({ start: index, end: index + found.length }))
    .toSorted((one, other) => one.start - other.start);
  let shown = '';
  let done = 0;
  // In one pass, because secrets may contain or overlap each other.
  for (const { start, end } of finds) {
    if (start >= done) shown += text.slice(done, start) + REDACTED;
    done = Math.max(done, end);
  }
  return shown + text.slice(done);
}

/** Tells if a code contains a secret, or is a part of one, also apart from characters that no code has. */
export function hidesSecret(code: string, secrets: readonly string[]): boolean {
  return redact(code, secrets) !== code || secrets.some((secret) => isSpelledIn(secret, code));
}

function isSpelledIn(secret: string, code: string): boolean {
  const [word, whole] = [lettersOf(secret), lettersOf(code)] as const;
  return word.includes(whole) || (word.length >= MIN_LENGTH_IN_WORDS && whole.includes(word));
}

function lettersOf(text: string): string {
  return text.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
}

function patternOf(secret: string): RegExp {
  const escaped = Array.from(secret, anyEscape).join('');
  if (secret.length < MIN_LENGTH_IN_WORDS) {
    return new RegExp(`(?<![a-z0-9])(?:${escaped})(?![a-z0-9])`, 'gi');
  }
  const bytes = Buffer.from(secret);
  const bytesBefore = secret.length < MIN_LENGTH_IN_BASE64 ? [0] : [0, 1, 2];
  const base64 = bytesBefore.map((count) => inBase64(bytes, count));
  return new RegExp([escaped, ...base64, bytes.toString('hex')].join('|'), 'gi');
}

/** Pattern of bytes in base64 behind so many others, as their number modulo 3 decides. */
function inBase64(bytes: Buffer, bytesBefore: number): string {
  const digits = Buffer.concat([Buffer.alloc(bytesBefore), bytes]).toString('base64');
  return (
    digits
      // The first and the last digit may depend on the text around them.
      .slice(bytesBefore === 0 ? 0 : bytesBefore + 1)
      .replace(/.?=*$/, '')
      .replaceAll(/[+/]/g, (digit) => `[${digit}${inBase64Url(digit)}]`)
  );
}

/** Pattern of one character as JSON escapes it: one or two units of UTF-16. */
function inJson(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\\\u${unit.toString(16).padStart(4, '0')}`).join('');
}

/** Pattern of one character in a URL: its bytes, escaped once or twice, and a plus for a space. */
function inUrl(character: string): string {
  const bytes = Array.from(Buffer.from(character), (byte) => byte.toString(16).padStart(2, '0'));
  const escaped = bytes.map((byte) => `%(?:25)?${byte}`).join('');
  return character === ' ' ? `${escaped}|\\+` : escaped;
}

/** Digit of base64 for URLs in place of `+` or `/`. */
function inBase64Url(digit: string): string {
  return digit === '+' ? '-' : '_';
}

/** Pattern of one character, plain or escaped. */
function anyEscape(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  const plain = /\w/.test(character) ? character : `\\${character}`;
  const entity = ENTITIES.get(character);
  const forms = [
    // A backslash is escaped by another one. Matching any number of them would take exponential time.
    character === '\\' ? '(?:\\\\{4}|\\\\{1,2})' : `\\\\{0,8}${plain}`,
    inUrl(character),
    `&#x0*${hex};`,
    `&#0*${code};`,
    inJson(character),
    ...(entity === undefined ? [] : [`&${entity};`]),
    ...('+/'.includes(character) ? [inBase64Url(character)] : []),
  ];
  return `(?:${forms.join('|')})`;
}
