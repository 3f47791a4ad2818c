/** Stands where a secret stood. */
const REDACTED = '[redacted]';

/** What HTML calls the characters of base64 that are no letters or digits. */
const ENTITIES = new Map([
  ['+', 'plus'],
  ['/', 'sol'],
  ['=', 'equals'],
]);

/**
 * A text from outside without the secrets that it may echo: as they are, in another case, escaped for a URL (once or
 * twice), HTML or JSON, in base64 or hexadecimal.
 */
export function redact(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret !== '')
    .reduce((rest, secret) => rest.replaceAll(patternOf(secret), REDACTED), text);
}

function patternOf(secret: string): RegExp {
  const escaped = Array.from(secret, anyEscape).join('');
  const bytes = Buffer.from(secret);
  // Without the padding, which may be left out; the last digits depend on what follows.
  const base64 = bytes.toString('base64').replace(/.?=*$/, '').replaceAll(/\W/g, '\\$&');
  return new RegExp(`${escaped}|${base64}|${bytes.toString('hex')}`, 'gi');
}

/** One character, plain or escaped. */
function anyEscape(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  const plain = /\w/.test(character) ? character : `\\${character}`;
  const entity = ENTITIES.get(character);
  const forms = [
    `\\\\{0,8}${plain}`,
    `%(?:25)?${hex.padStart(2, '0')}`,
    `&#x0*${hex};`,
    `&#0*${code};`,
    `\\\\u${hex.padStart(4, '0')}`,
    ...(entity === undefined ? [] : [`&${entity};`]),
  ];
  return `(?:${forms.join('|')})`;
}
