import { betfairSessionOptionsFromEnv } from 'nestjs-betfair-session';
import { PLANTED, shownOfError } from '../support/planted.js';
import { describeMisplacedSecrets } from './misplaced-secrets.properties.js';

describeMisplacedSecrets(100);

it.each([
  ['BETFAIR_CA_FILE', `https://bot:${PLANTED.applicationKey}@host/ca.pem`],
  ['BETFAIR_PEM_FILE', `redis://:1/${PLANTED.applicationKey}@host/0`],
  ['BETFAIR_PFX_FILE', `//bot:${PLANTED.applicationKey}@host/client.p12`],
  ['BETFAIR_PFX_FILE', `s3://bucket?secret=${PLANTED.applicationKey}`],
])('a URL with a password in %s is not shown', (name, url) => {
  const read = () => betfairSessionOptionsFromEnv({ [name]: url });
  expect(read).toThrow(`${name}: the file (not shown: it may be a secret`);
  try {
    read();
  } catch (error) {
    expect(shownOfError(error)).not.toContain(PLANTED.applicationKey);
  }
});

it('a path that only holds "@" is shown', () => {
  const env = { BETFAIR_CA_FILE: '/home/me@work/ca.pem' };
  expect(() => betfairSessionOptionsFromEnv(env)).toThrow('"/home/me@work/ca.pem"');
});
