/** Forms of the secrets of simulated accounts, and of a store's URL, in what a program prints. */
const FORMS = {
  password: /p(&|%26|\\u0026)ss(\+|%2B)w/i,
  'application key': /SimulatedAppKey/i,
  // 32 bytes in base64, as it is or in a URL.
  token: /(?:[A-Za-z\d+/]|%2[BF]){43}(?:=|%3D)/,
  'private key': /PRIVATE KEY|[A-Za-z\d+/]{60,}/,
  "password in a store's URL": /\w:\/\/[^\s/@:]*:[^\s/@]+@/,
};

/**
 * The kinds of secrets that a text shows.
 *
 * @param {string} text
 */
export function secretKindsIn(text) {
  return Object.entries(FORMS).flatMap(([kind, form]) => (form.test(text) ? [kind] : []));
}

/**
 * Throws if a text shows a secret, without quoting it.
 *
 * @param {string} text
 * @param {string} name of what printed it
 */
export function refuseSecrets(text, name) {
  const kinds = secretKindsIn(text);
  if (kinds.length > 0) throw new Error(`${name} shows a secret: ${kinds.join(', ')}.`);
}
