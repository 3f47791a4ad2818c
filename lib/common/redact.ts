/** Stands where a secret stood. */
const REDACTED = '[redacted]';

/** The names in HTML of the characters of base64 that are no letters or digits. */
const ENTITIES = new Map([
  ['+', 'plus'],
  ['/', 'sol'],
  ['=', 'equals'],
]);

/** A shorter secret, such as the user name "ed", is taken out only where it stands alone: it is part of many words. */
const SHORTEST_PART = 4;

/** Characters of an explanation that are kept. */
const LONGEST_DETAILS = 1_000;

/** An explanation of Betfair's without the secrets that it may echo; `undefined` if there is none. */
export function explanation(value: unknown, secrets: readonly string[]): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  // Before it is cut: what lies at the edge would not be recognised.
  return redact(value, secrets).slice(0, LONGEST_DETAILS);
}

/**
 * A text from outside without the secrets that it may echo: as they are, in another case, escaped for a URL (once or
 * twice), HTML or JSON, in base64 or hexadecimal.
 */
export function redact(text: string, secrets: readonly string[]): string {
  const finds = secrets
    // The padding of base64 may be left out.
    // No form of a secret is shorter than itself.
    .flatMap((secret) => [secret, secret.replace(/=+$/, '')])
    .filter((secret) => secret !== '' && secret.length <= text.length)
    .flatMap((secret) => [...text.matchAll(patternOf(secret))])
    .map(({ 0: found, index }) => ({ start: index, end: index + found.length }))
    .toSorted((one, other) => one.start - other.start);
  let shown = '';
  let done = 0;
  // Together, because one secret may hold another, or overlap it.
  for (const { start, end } of finds) {
    if (start >= done) shown += text.slice(done, start) + REDACTED;
    done = Math.max(done, end);
  }
  return shown + text.slice(done);
}

function patternOf(secret: string): RegExp {
  const escaped = Array.from(secret, anyEscape).join('');
  if (secret.length < SHORTEST_PART) {
    return new RegExp(`(?<![a-z0-9])(?:${escaped})(?![a-z0-9])`, 'gi');
  }
  const bytes = Buffer.from(secret);
  // The last digits depend on what follows.
  const base64 = bytes
    .toString('base64')
    .replace(/.?=*$/, '')
    .replaceAll(/[+/]/g, (digit) => `[${digit}${inBase64Url(digit)}]`);
  return new RegExp(`${escaped}|${base64}|${bytes.toString('hex')}`, 'gi');
}

/** One character as JSON escapes it: one or two units of UTF-16. */
function inJson(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\\\u${unit.toString(16).padStart(4, '0')}`).join('');
}

/** One character as in a URL: its bytes, escaped once or twice, and a plus for a blank. */
function inUrl(character: string): string {
  const bytes = Array.from(Buffer.from(character), (byte) => byte.toString(16).padStart(2, '0'));
  const escaped = bytes.map((byte) => `%(?:25)?${byte}`).join('');
  return character === ' ' ? `${escaped}|\\+` : escaped;
}

/** One of the two digits that base64 for URLs writes otherwise. */
function inBase64Url(digit: string): string {
  return digit === '+' ? '-' : '_';
}

/** One character, plain or escaped. */
function anyEscape(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  const plain = /\w/.test(character) ? character : `\\${character}`;
  const entity = ENTITIES.get(character);
  const forms = [
    // A backslash is escaped by another one; any number before it would take exponentially long to try.
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
