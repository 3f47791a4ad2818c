import { generateKeyPairSync } from 'node:crypto';
import { GcsStorage } from 'nestjs-betfair-session';
import { FaultProxy } from './fault.proxy.mjs';
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

describe('GcsStorage, when the clock of the machine is off', () => {
  it('says so by the answer of the sign-in', async () => {
    const signIn = await FaultProxy.start('http://127.0.0.1:9');
    signIn.always({
      status: 400,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        error: 'invalid_grant',
        error_description:
          'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.',
      }),
    });
    const account = {
      type: 'external_account',
      audience:
        '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/x',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      token_url: `${signIn.origin}/token`,
    };
    await inFolder({ token: 'CANARY' }, async (folder) => {
      const credential_source = { file: `${folder}/token` };
      const text = JSON.stringify({ ...account, credential_source });
      await inFolder({ 'key.json': text }, (keys) =>
        inEnv({ ...ENV, [VARIABLE]: `${keys}/key.json` }, () =>
          expectMisconfigured(
            new GcsStorage({ bucket: 'desk' }),
            'invalidTimeOfGrant, 400',
            'The clock of this machine is off. Set it with NTP.',
          ),
        ),
      );
    });
    await signIn.stop();
  });
});
