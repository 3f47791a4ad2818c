import { generateKeyPairSync } from 'node:crypto';
import { GcsStorage } from 'nestjs-betfair-session';
import { expectMisconfigured, inEnv, inFolder } from './store.local-faults.js';

const VARIABLE = 'GOOGLE_APPLICATION_CREDENTIALS';
// On another machine than Google's.
const ENV = { METADATA_SERVER_DETECTION: 'none', STORAGE_EMULATOR_HOST: undefined };

function keyFile(parts: object): string {
  const client_email = 'bot@desk.iam.gserviceaccount.com';
  return JSON.stringify({ type: 'service_account', client_email, ...parts });
}

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

describe('GcsStorage, when the credentials of the machine cannot be used', () => {
  it.each([
    ['is not there', undefined, 'ENOENT'],
    ['is no JSON', 'CANARY', 'unusableCredentials'],
    ['is a JSON of something else', '{"CANARY":1}', 'unusableCredentials'],
    ['has no key', keyFile({}), 'unusableCredentials'],
    ['has no key that parses', keyFile({ private_key: 'CANARY' }), 'ERR_OSSL_UNSUPPORTED'],
    [
      'has a key with escaped line breaks',
      keyFile({ private_key: privateKey.replaceAll('\n', '\\n') }),
      'ERR_OSSL_UNSUPPORTED',
    ],
  ])('names the file that %s', (_, text, code) =>
    inFolder(text === undefined ? {} : { 'key.json': text }, (folder) => {
      const file = `${folder}/key.json`;
      return inEnv({ ...ENV, [VARIABLE]: file }, () =>
        expectMisconfigured(
          new GcsStorage({ bucket: 'desk' }),
          code,
          `Nothing was sent, because its credentials cannot be used. Check ${VARIABLE}="${file}"`,
        ),
      );
    }),
  );

  it('names the folder that is no file', () =>
    inFolder({}, (folder) =>
      inEnv({ ...ENV, [VARIABLE]: folder }, () =>
        expectMisconfigured(
          new GcsStorage({ bucket: 'desk' }),
          'unusableCredentials',
          `Check ${VARIABLE}="${folder}"`,
        ),
      ),
    ));

  it.each([
    ['its text', keyFile({ private_key: 'CANARY-----BEGIN PRIVATE KEY-----' })],
    ['a long text', `CANARY${'x'.repeat(5_000)}`],
  ])('does not show what is given in place of the file: %s', (_, value) =>
    inEnv({ ...ENV, [VARIABLE]: value }, async () => {
      const store = new GcsStorage({ bucket: 'desk' });
      await expectMisconfigured(store, value.length > 5_000 ? 'ENAMETOOLONG' : 'ENOENT', VARIABLE);
    }),
  );
});
