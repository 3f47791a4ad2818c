import { inspect } from 'node:util';
import { GcsStorage } from 'nestjs-betfair-session';
import { CloudObjects, sdkError } from '../support/cloud.objects.js';
import { gcsClient } from '../support/gcs.client.js';

const VARIABLE = 'GOOGLE_APPLICATION_CREDENTIALS';
const absent = sdkError('ENOENT', { code: 'ENOENT', path: '/nonexistent', syscall: 'lstat' });
/** What the SDK says of a write that it could not sign. */
const closed = sdkError('Cannot call write after a stream was destroyed', {
  code: 'ERR_STREAM_DESTROYED',
});

const kept = process.env[VARIABLE];
let cloud: CloudObjects;
let store: GcsStorage;

beforeEach(() => {
  delete process.env[VARIABLE];
  cloud = new CloudObjects();
  store = new GcsStorage({ bucket: 'desk', client: gcsClient(cloud) });
});

afterAll(() => {
  delete process.env[VARIABLE];
  if (kept !== undefined) process.env[VARIABLE] = kept;
});

/** The message of a failure that was told at the first attempt and shows no secret. */
async function messageOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.catch((failure: unknown) => failure);
  expect(error).toMatchObject({ failure: 'misconfigured', retryable: false });
  expect(inspect(error, { depth: Infinity, showHidden: true })).not.toContain('CANARY');
  return error instanceof Error ? error.message : '';
}

describe('GcsStorage, when its credentials cannot be used', () => {
  it('names the variable and the file', async () => {
    process.env[VARIABLE] = '/nonexistent/key.json';
    cloud.always(absent);
    expect(await messageOf(store.read('key'))).toBe(
      `Could not read "key" from GCS bucket "desk" (ENOENT). Nothing was sent, because its credentials cannot be used. Check ${VARIABLE}="/nonexistent/key.json". The file must exist, be readable and be complete.`,
    );
    expect(cloud.requests).toHaveLength(1);
  });

  it.each([
    [
      '{"private_key":"-----BEGIN PRIVATE KEY-----\\nCANARY"}',
      ', which holds the text of a private key, not a path. The file',
    ],
    ['CANARYCANARY', '=(not shown: it may be a secret that was put in the wrong place). The file'],
  ])('does not show what may be a key in place of the file', async (value, said) => {
    process.env[VARIABLE] = value;
    cloud.always(sdkError(`ENOENT: '${value}'`, { code: 'ENOENT', path: value }));
    expect(await messageOf(store.read('key'))).toContain(`Check ${VARIABLE}${said}`);
  });

  it.each(['ENOENT', 'EACCES'])(
    'names the file of the error (%s) if no variable does',
    async (code) => {
      cloud.always(sdkError(code, { code, path: '/nonexistent', syscall: 'lstat' }));
      expect(await messageOf(store.delete('key', { ifVersion: '1' }))).toContain(
        'Check the file "/nonexistent". The file must exist',
      );
    },
  );

  it.each([undefined, 'CANARY\nCANARY'])('names no file if the error does not', async (path) => {
    cloud.always(sdkError('ENOENT', { code: 'ENOENT', path }));
    expect(await messageOf(store.read('key'))).toMatch(/Check the credentials on this machine\.$/);
  });

  it.each([
    sdkError('Unexpected token', { name: 'SyntaxError' }),
    sdkError('The file at /a/folder does not exist, or it is not a file. ', {}),
    sdkError('Unable to read: The incoming JSON object does not contain a client_email field', {}),
  ])('knows a file that is none of credentials', async (error) => {
    cloud.always(error);
    expect(await messageOf(store.read('key'))).toContain('(unusableCredentials). Nothing was sent');
  });

  it('takes no answer of a server for such a file', async () => {
    cloud.next(sdkError('The incoming JSON object does not contain', { code: 503 }));
    expect(await store.read('key')).toBeUndefined();
  });

  it('finds by a read why a write was not sent', async () => {
    cloud.next(closed);
    cloud.always(absent, 'read');
    const writing = store.write('key', 'value', { ifAbsent: true });
    expect(await messageOf(writing)).toMatch(/^Could not write .* \(ENOENT\)\. Nothing was sent/);
  });

  it.each([undefined, sdkError('?', { code: 412 })])(
    'writes again if a read does not tell',
    async (error) => {
      cloud.next(closed);
      cloud.always(error, 'read');
      const version = await store.write('key', 'value', { ifAbsent: true });
      expect(cloud.get('key')).toEqual({ value: 'value', version });
    },
  );

  it('knows a signature of the wrong time', async () => {
    const message =
      'invalid_grant: Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.';
    cloud.always(sdkError(message, { status: 400 }));
    expect(await messageOf(store.read('key'))).toMatch(
      /\. The clock of this machine is off\. Set it with NTP\.$/,
    );
  });
});
