import { inspect } from 'node:util';

/** One secret of each kind, which nothing else contains, with characters that every way of writing escapes. */
export const PLANTED = {
  password: 'Pläntéd "pass"/wörd\\+4711',
  /** Longer than a real one, which could be part of a time or of a port by chance. */
  twoFactorCode: '471108471108471108',
  passphrase: 'planted pass&phrase=4711',
  applicationKey: 'PlantedAppKeyXYZ',
  storePassword: 'planted#store:4711',
} as const;

/** Every form in which a secret may be written: as text, in JSON, in a URL, in base64 and in hexadecimal. */
export function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const forms = [
    secret,
    JSON.stringify(secret).slice(1, -1),
    inAscii(secret),
    encodeURIComponent(secret),
    encodeURI(secret),
    new URLSearchParams([['', secret]]).toString().slice(1),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    ...[0, 1, 2].flatMap((before) => [
      inBase64(bytes, before, 'base64'),
      inBase64(bytes, before, 'base64url'),
    ]),
  ];
  return [...new Set(forms)];
}

/** The whole lines of private keys in PEM, each of which is a secret that some text may show alone. */
export function keyLinesOf(...keys: readonly string[]): readonly string[] {
  return keys.flatMap((key) => key.split('\n')).filter((line) => line.length === 64);
}

/** Makes a search for secrets in any form; it returns those that a text shows. */
export function searchFor(secrets: readonly string[]): (text: string) => readonly string[] {
  // Shorter ones could be in a text by chance.
  expect(secrets.filter((secret) => secret.length < 12)).toEqual([]);
  const forms = secrets.map((secret) => ({ secret, forms: formsOf(secret) }));
  return (text) =>
    forms
      .filter(({ forms: all }) => all.some((form) => text.includes(form)))
      .map((one) => one.secret);
}

/** Everything that a log or a report may show of an error: message, stack, causes and members. */
export function shownOfError(error: unknown): string {
  const all: string[] = [];
  for (let one: unknown = error; one instanceof Error && all.length < 10; one = one.cause) {
    const own = Object.getOwnPropertyNames(one).map((name) => [name, Reflect.get(one, name)]);
    all.push(one.message, String(one.stack), JSON.stringify([one, own]));
  }
  return [inspect(error, { depth: Infinity, showHidden: true, getters: true }), ...all].join('\n');
}

/** As JSON that is all ASCII. */
function inAscii(text: string): string {
  return JSON.stringify(text)
    .slice(1, -1)
    .replaceAll(
      /[^\x20-\x7e]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
}

/** The digits that depend on these bytes only, with so many others before them, and some after them. */
function inBase64(bytes: Buffer, before: number, form: 'base64' | 'base64url'): string {
  const whole = Buffer.concat([Buffer.alloc(before), bytes])
    .toString(form)
    .replaceAll('=', '');
  const isCut = (before + bytes.length) % 3 !== 0;
  return whole.slice(before === 0 ? 0 : before + 1, isCut ? -1 : undefined);
}
