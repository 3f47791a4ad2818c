/** Names of all options of an account. */
export const KNOWN_OPTIONS: readonly string[] = [
  'username',
  'password',
  'applicationKey',
  'certificate',
  'login',
  'twoFactorCode',
  'jurisdiction',
  'endpoints',
  'ca',
  'sessionLifetime',
  'storage',
  'sessionKey',
  'persistence',
  'keepAlive',
  'requestTimeout',
  'renewalTimeout',
];
