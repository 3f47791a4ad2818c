/** Stands where a secret stood. */
const REDACTED = '[redacted]';

/** The names in HTML of the characters of base64 that are no letters or digits. */
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
  return (
    secrets
      // No form of a secret is shorter than itself.
      .filter((secret) => secret !== '' && secret.length <= text.length)
      .reduce((rest, secret) => rest.replaceAll(patternOf(secret), REDACTED), text)
  );
}

function patternOf(secret: string): RegExp {
  const escaped = Array.from(secret, anyEscape).join('');
  const bytes = Buffer.from(secret);
  // Without the padding, which may be left out; the last digits depend on what follows.
  const base64 = bytes.toString('base64').replace(/.?=*$/, '').replaceAll(/\W/g, '\\$&');
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

/** One character, plain or escaped. */
function anyEscape(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  const plain = /\w/.test(character) ? character : `\\${character}`;
  const entity = ENTITIES.get(character);
  const forms = [
    `\\\\{0,8}${plain}`,
    inUrl(character),
    `&#x0*${hex};`,
    `&#0*${code};`,
    inJson(character),
    ...(entity === undefined ? [] : [`&${entity};`]),
  ];
  return `(?:${forms.join('|')})`;
}
