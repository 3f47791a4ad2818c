import { jest } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { type GcsClientLike, GcsStorage } from 'nestjs-betfair-session';
import { describeCloud, playLostWrites } from '../support/cloud.cases.js';
import { CloudObjects, sdkError } from '../support/cloud.objects.js';
import { gcsClient, gcsError } from '../support/gcs.client.js';
import { opened } from '../support/opened.js';

const made: { settings: unknown; client: { baseUrl: string } }[] = [];
const objects = new CloudObjects();

// The SDK is not installed here; `npm run test:stores` uses the real one.
jest.unstable_mockModule(
  '@google-cloud/storage',
  () => ({
    Storage: class {
      baseUrl = 'of the SDK';

      constructor(settings: unknown) {
        made.push({ settings, client: this });
      }

      bucket(name: string) {
        return gcsClient(objects).bucket(name);
      }
    },
  }),
  { virtual: true },
);

/** What the SDK makes of a failed read: the message is the whole reply. */
function readError(code: number, reason: string, indent?: number): Error {
  const reply = { error: { code, errors: [{ reason }] } };
  return sdkError(JSON.stringify(reply, undefined, indent), { code });
}

/** Answers reads with an empty generation. */
const lacking: GcsClientLike = {
  bucket: (name) => ({
    file: (path) => ({
      ...gcsClient(new CloudObjects()).bucket(name).file(path),
      createReadStream() {
        const stream = new PassThrough();
        setImmediate(() => {
          stream.emit('response', { headers: { 'x-goog-generation': '' } });
          stream.end('value');
        });
        return stream;
      },
    }),
  }),
};

for (const numbers of [false, true]) {
  describeCloud(`GcsStorage with generations as ${numbers ? 'numbers' : 'texts'}`, {
    open: (cloud) =>
      new GcsStorage({ bucket: 'desk', prefix: 'betfair/', client: gcsClient(cloud, { numbers }) }),
    openLacking: () => new GcsStorage({ bucket: 'desk', client: lacking }),
    place: 'GCS bucket "desk"',
    busy: [
      gcsError(503, 'backendError'),
      gcsError(403, 'rateLimitExceeded'),
      readError(403, 'userRateLimitExceeded', 1),
      gcsError(429, 'whatever'),
      sdkError('socket hang up', { code: 'ECONNRESET' }),
    ],
    refusals: [
      [
        'read',
        'no right to',
        readError(403, 'forbidden'),
        'denied',
        /\(forbidden, 403\)\. Check that its credentials are valid and have storage\.objects\.get on/,
      ],
      ['create', 'no right to', gcsError(403, 'forbidden'), 'denied', /storage\.objects\.create/],
      ['delete', 'no right to', gcsError(403, 'forbidden'), 'denied', /storage\.objects\.delete/],
      [
        'read',
        'no credentials sent',
        gcsError(401, 'required'),
        'denied',
        /\(required, 401\)\. No credentials were found\. Set GOOGLE_APPLICATION_CREDENTIALS/,
      ],
      [
        'read',
        'no credentials found',
        sdkError('Could not load the default credentials. Browse to', {}),
        'denied',
        /\(noCredentials\)\. No credentials were found/,
      ],
      [
        'write',
        'credentials that were withdrawn',
        sdkError('invalid_grant: Bad Request', { status: 400 }),
        'denied',
        /\(invalid_grant, 400\)\. Check that its credentials are valid/,
      ],
      [
        'read',
        'no bucket',
        sdkError('The specified bucket does not exist.', { code: 404 }),
        'misconfigured',
        /\(noSuchBucket, 404\)\. Check that the bucket exists/,
      ],
      [
        'create',
        'by something that is no such store',
        gcsError(404, 'x'),
        'misconfigured',
        /\(notFound, 404\)/,
      ],
      ['read', 'by something that is no such store', readError(412, 'x'), 'misconfigured'],
      [
        'write',
        'not implemented',
        gcsError(501, 'notImplemented'),
        'unsupported',
        /\(notImplemented, 501\)\. It does not support conditional requests\. Use a service that supports ifGenerationMatch/,
      ],
      [
        'read',
        'without a reason',
        sdkError('?', { name: 'ApiError', code: 400, errors: [] }),
        'misconfigured',
        /\(ApiError, 400\)/,
      ],
    ],
  });
}

describe('the requests of GcsStorage', () => {
  it('go to the bucket, as one that nothing repeats and no check of the SDK undoes', async () => {
    const cloud = new CloudObjects();
    const store = new GcsStorage({ bucket: 'desk', client: gcsClient(cloud) });
    const ifVersion = await store.write('key', 'é', { ifAbsent: true });
    await store.read('key');
    await store.delete('key', { ifVersion });
    expect(cloud.requests.map(({ options }) => options)).toEqual([
      {
        resumable: false,
        validation: false,
        contentType: 'text/plain; charset=utf-8',
        timeout: 5_000,
      },
      { bucket: 'desk', validation: false },
      { ifGenerationMatch: ifVersion },
    ]);
  });

  it('end with the signal of the caller', async () => {
    const cloud = new CloudObjects();
    const streams: PassThrough[] = [];
    const store = new GcsStorage({ bucket: 'desk', client: gcsClient(cloud, { streams }) });
    cloud.always('hang');
    const controller = new AbortController();
    const reading = store.read('key', controller);
    while (streams.length === 0) await new Promise(setImmediate);
    controller.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
    expect(streams[0]?.destroyed).toBe(true);
  });
});

describe('the client of GcsStorage', () => {
  const once = { retryOptions: { autoRetry: false } };

  beforeEach(() => {
    delete process.env['STORAGE_EMULATOR_HOST'];
    made.length = 0;
  });

  afterAll(() => {
    delete process.env['STORAGE_EMULATOR_HOST'];
  });

  it('is of Google by default', async () => {
    const store = new GcsStorage({ bucket: 'desk' });
    const version = await store.write('key', 'value', { ifAbsent: true });
    expect(await store.read('key')).toEqual({ value: 'value', version });
    await store.close();
    expect(made).toEqual([{ settings: once, client: expect.anything() }]);
    expect(made[0]?.client.baseUrl).toBe('of the SDK');
  });

  it('knows a conflict at the first request', async () => {
    const store = new GcsStorage({ bucket: 'desk' });
    expect(await playLostWrites(store, objects)).toEqual(['write', 'write']);
  });

  it('is used for the bucket of the URL', async () => {
    objects.requests.length = 0;
    const { storage: store } = await opened('gs://my-bucket/?prefix=betfair/');
    await store.read('absent');
    expect(objects.requests).toMatchObject([
      { name: 'betfair/absent', options: { bucket: 'my-bucket' } },
    ]);
    expect(store).toMatchObject({ location: 'gs://my-bucket/betfair/' });
  });

  it.each([
    ['localhost:9023', undefined, 'http://localhost:9023', false],
    ['http://localhost:9023//', undefined, 'http://localhost:9023', false],
    ['localhost:9023', 'https://storage.example.com/', 'https://storage.example.com', true],
    [undefined, 'httpstore.example.com', 'http://httpstore.example.com', false],
  ])(
    'for STORAGE_EMULATOR_HOST=%s and the option apiEndpoint=%s is of %s, with credentials: %s',
    async (emulator, apiEndpoint, endpoint, authenticated) => {
      if (emulator !== undefined) process.env['STORAGE_EMULATOR_HOST'] = emulator;
      const store = new GcsStorage({ bucket: 'desk', apiEndpoint });
      await store.open();
      expect(made).toHaveLength(1);
      expect(made[0]?.settings).toEqual({
        ...once,
        apiEndpoint: endpoint,
        useAuthWithCustomEndpoint: authenticated,
      });
      expect(made[0]?.client.baseUrl).toBe(`${endpoint}/storage/v1`);
    },
  );
});
