import { jest } from '@jest/globals';
import { BetfairConfigurationError, S3Storage } from 'nestjs-betfair-session';
import {
  describeCloud,
  OPERATION_TIMEOUT_MS,
  play,
  playLostWrites,
} from '../support/cloud.cases.js';
import { CloudObjects, sdkError } from '../support/cloud.objects.js';
import { type MadeClient, s3Client, s3Error, s3Sdk } from '../support/s3.sdk.js';
import { opened } from '../support/opened.js';

const objects = new CloudObjects();
const made: MadeClient[] = [];
const region = jest.fn<() => Promise<string>>();

// The SDK is not installed here; `npm run test:stores` uses the real one.
jest.unstable_mockModule('@aws-sdk/client-s3', () => s3Sdk(objects, made, region), {
  virtual: true,
});

beforeEach(() => {
  made.length = 0;
  region.mockReset().mockResolvedValue('eu-west-1');
});

describeCloud('S3Storage', {
  open: (cloud) => new S3Storage({ bucket: 'desk', prefix: 'betfair/', client: s3Client(cloud) }),
  openLacking: () =>
    new S3Storage({ bucket: 'desk', client: { send: async () => ({ ETag: '1' }) } }),
  place: 'S3 bucket "desk"',
  busy: [
    s3Error(503, 'SlowDown'),
    s3Error(409, 'ConditionalRequestConflict'),
    s3Error(500, 'InternalError'),
    sdkError('socket hang up', { code: 'ECONNRESET' }),
    sdkError('timed out', { name: 'TimeoutError' }),
  ],
  refusals: [
    [
      'read',
      'no right to',
      s3Error(403, 'AccessDenied'),
      'denied',
      /\(AccessDenied, 403\)\. Check that its credentials are valid and have s3:GetObject .* s3:ListBucket/,
    ],
    ['write', 'no right to', s3Error(403, 'AccessDenied'), 'denied', /s3:PutObject on the objects/],
    ['delete', 'no right to', s3Error(403, 'X'), 'denied', /s3:DeleteObject on the objects\.$/],
    ['read', 'credentials that expired', s3Error(400, 'ExpiredToken'), 'denied'],
    ['read', 'a web identity that expired', s3Error(400, 'ExpiredTokenException'), 'denied'],
    ['read', 'a web identity of others', s3Error(400, 'InvalidIdentityToken'), 'denied'],
    ['read', 'credentials that are none', s3Error(400, 'InvalidToken'), 'denied'],
    [
      'read',
      'no credentials',
      sdkError('?', { name: 'CredentialsProviderError' }),
      'denied',
      /\(CredentialsProviderError\)\. No credentials were found\. Set AWS_ACCESS_KEY_ID.*AWS_PROFILE/,
    ],
    [
      'read',
      'not signed in',
      sdkError('?', { name: 'TokenProviderError' }),
      'denied',
      /give the machine a role.* needs "aws sso login"/,
    ],
    [
      'read',
      'no bucket',
      Object.assign(s3Error(404, 'NoSuchBucket'), { code: 'ERR_OF_THE_SDK' }),
      'misconfigured',
      /\(NoSuchBucket, 404\)\. Check that the bucket exists/,
    ],
    ['read', 'another region', s3Error(301, 'PermanentRedirect'), 'misconfigured'],
    ['create', 'by something that is no such store', s3Error(404, 'NoSuchKey'), 'misconfigured'],
    ['read', 'by something that is no such store', s3Error(412, 'X'), 'misconfigured'],
    ['read', 'by its precondition', s3Error(499, 'PreconditionFailed'), 'misconfigured'],
    [
      'write',
      'not implemented',
      s3Error(501, 'NotImplemented'),
      'unsupported',
      /\(NotImplemented, 501\)\. It does not support conditional requests\. Use a service that supports If-Match and If-None-Match/,
    ],
  ],
});

describe('the requests of S3Storage', () => {
  it('name the bucket, and leave an object of text', async () => {
    const cloud = new CloudObjects();
    const store = new S3Storage({ bucket: 'desk', client: s3Client(cloud) });
    const ifVersion = await store.write('key', 'é', { ifAbsent: true });
    await store.read('key');
    await store.delete('key', { ifVersion });
    expect(cloud.requests.map(({ options }) => options)).toEqual([
      { Bucket: 'desk', ContentType: 'text/plain; charset=utf-8' },
      { Bucket: 'desk' },
      { Bucket: 'desk' },
    ]);
    expect(cloud.requests.every(({ signal }) => signal instanceof AbortSignal)).toBe(true);
  });
});

describe('the client of S3Storage', () => {
  const fixed = {
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: 5_000,
      requestTimeout: 5_000,
      throwOnRequestTimeout: true,
    },
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  };

  it('repeats nothing, has time-outs, and finds missing options in the environment', async () => {
    const store = new S3Storage({ bucket: 'desk' });
    const version = await store.write('key', 'value', { ifAbsent: true });
    expect(await store.read('key')).toEqual({ value: 'value', version });
    expect(made).toHaveLength(1);
    expect(made[0]?.settings).toStrictEqual(fixed);
    await store.close();
  });

  it('knows a conflict at the first request', async () => {
    const store = new S3Storage({ bucket: 'desk' });
    expect(await playLostWrites(store, objects)).toEqual(['write', 'write']);
    await store.close();
  });

  it('that does not come about in time ends the operation, and the caller ends it earlier', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
    region.mockReturnValue(new Promise(() => undefined));
    const store = new S3Storage({ bucket: 'desk' });
    const { error, took } = await play(store.read('key'));
    expect(error).toMatchObject({ failure: 'unavailable' });
    expect(took).toBe(OPERATION_TIMEOUT_MS);
    const controller = new AbortController();
    const reading = play(store.read('key', controller));
    setTimeout(() => controller.abort(new Error('enough')), 10);
    expect(await reading).toEqual({ error: controller.signal.reason, took: 10 });
    jest.useRealTimers();
  });

  it('that comes about after the caller gave up sends nothing', async () => {
    objects.requests.length = 0;
    const store = new S3Storage({ bucket: 'desk' });
    const controller = new AbortController();
    region.mockImplementationOnce(async () => {
      while (!controller.signal.aborted) await new Promise(setImmediate);
      return 'eu-west-1';
    });
    const writing = store.write('key', 'late', { ifAbsent: true }, controller);
    while (region.mock.calls.length === 0) await new Promise(setImmediate);
    controller.abort(new Error('enough'));
    await expect(writing).rejects.toThrow('enough');
    await store.open();
    expect(objects.requests).toEqual([]);
    await store.close();
  });

  it('uses the given region and service', async () => {
    const place = { region: 'eu-west-2', endpoint: 'https://s3.example.com' };
    const store = new S3Storage({ bucket: 'desk', ...place, usePathStyle: true });
    await store.open();
    expect(made[0]?.settings).toStrictEqual({ ...fixed, ...place, forcePathStyle: true });
    await store.close();
  });

  it.each(['true', 'false'])('is that of the URL (use_path_style=%s)', async (style) => {
    const where = 'region=eu-west-3&endpoint=http%3A%2F%2F127.0.0.1%3A9000&prefix=betfair/';
    const { storage: store } = await opened(`s3://my-bucket?${where}&use_path_style=${style}`);
    expect(made[0]?.settings).toStrictEqual({
      ...fixed,
      region: 'eu-west-3',
      endpoint: 'http://127.0.0.1:9000',
      forcePathStyle: style === 'true',
    });
    expect(store).toMatchObject({ location: 's3://my-bucket/betfair/' });
    await store.close?.();
  });

  it('uses only the parameters that the URL has', async () => {
    const { storage: store } = await opened('s3://my-bucket?region=eu-west-3');
    expect(made[0]?.settings).toStrictEqual({ ...fixed, region: 'eu-west-3' });
    await store.close?.();
  });

  it('is closed with the store, and created again if the store is used again', async () => {
    const store = new S3Storage({ bucket: 'desk' });
    await store.close();
    await store.open();
    expect(made).toMatchObject([{ destroyed: false }]);
    await store.close();
    await store.close();
    await store.read('absent');
    expect(made).toMatchObject([{ destroyed: true }, { destroyed: false }]);
    await store.close();
  });

  it('of the application is not closed', async () => {
    const destroy = jest.fn();
    const client = { ...s3Client(objects), destroy };
    const store = new S3Storage({ bucket: 'desk', client });
    await store.open();
    await store.close();
    expect(destroy).not.toHaveBeenCalled();
  });

  it('without a region is refused with the two places for one, and created again at the next use', async () => {
    const store = new S3Storage({ bucket: 'desk' });
    region.mockRejectedValueOnce(sdkError('Region is missing', {}));
    const failure: unknown = await store.open().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(BetfairConfigurationError);
    expect(failure).toMatchObject({
      message: expect.stringMatching(/has no region\. Write it as s3:\/\/.*, or set AWS_REGION/),
      cause: expect.any(Error),
    });
    expect(String(failure)).not.toContain('CANARY');
    await store.open();
    await store.close();
  });

  it('that did not come about leaves nothing to close', async () => {
    const store = new S3Storage({ bucket: 'desk' });
    region.mockRejectedValueOnce(sdkError('Region is missing', {}));
    const opening = store.open().catch(() => undefined);
    await store.close();
    await opening;
  });

  it('that comes about late leaves alone the one that was made since', async () => {
    const store = new S3Storage({ bucket: 'desk' });
    region.mockImplementationOnce(async () => {
      while (made.length < 2) await new Promise(setImmediate);
      throw sdkError('Region is missing', {});
    });
    const opening = store.open().catch(() => 'refused');
    const closing = store.close();
    while (made.length < 1) await new Promise(setImmediate);
    await store.open();
    expect(await opening).toBe('refused');
    await closing;
    await store.close();
    expect(made).toMatchObject([{ destroyed: false }, { destroyed: true }]);
  });
});

describe('S3Storage on a machine', () => {
  const cloud = new CloudObjects();
  const store = new S3Storage({ bucket: 'desk', client: s3Client(cloud) });
  const names = [
    'AWS_ACCESS_KEY_ID',
    'AWS_SESSION_TOKEN',
    'AWS_WEB_IDENTITY_TOKEN_FILE',
    'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
  ];

  beforeEach(() => {
    for (const name of names) delete process.env[name];
    cloud.requests.length = 0;
  });

  afterEach(() => {
    for (const name of names) delete process.env[name];
    cloud.always(undefined);
  });

  it.each([
    ['AWS_SESSION_TOKEN', { AWS_SESSION_TOKEN: 'CANARY\n', AWS_ACCESS_KEY_ID: 'id' }],
    [
      'AWS_ACCESS_KEY_ID and AWS_SESSION_TOKEN',
      { AWS_SESSION_TOKEN: 'CANARY\r\nx', AWS_ACCESS_KEY_ID: 'CANARY\u2013' },
    ],
  ])('whose %s cannot go into a header names it', async (variables, env) => {
    Object.assign(process.env, env);
    cloud.always(sdkError('Invalid character', { name: 'TypeError', code: 'ERR_INVALID_CHAR' }));
    const failure: unknown = await store.read('key').catch((error: unknown) => error);
    expect(failure).toMatchObject({
      failure: 'misconfigured',
      message: `Could not read "key" from S3 bucket "desk" (ERR_INVALID_CHAR). Nothing was sent: ${variables} must not contain a line break or another character that is invalid in an HTTP header.`,
    });
    expect(cloud.requests).toHaveLength(1);
  });

  it('whose token file is missing names the variable and the file', async () => {
    process.env['AWS_WEB_IDENTITY_TOKEN_FILE'] =
      '/var/run/secrets/eks.amazonaws.com/serviceaccount/token';
    cloud.always(sdkError('?', { code: 'ENOENT', path: '/elsewhere' }));
    await expect(store.read('key')).rejects.toMatchObject({
      failure: 'misconfigured',
      message: `Could not read "key" from S3 bucket "desk" (ENOENT). Nothing was sent, because its credentials cannot be used. Check AWS_WEB_IDENTITY_TOKEN_FILE="/var/run/secrets/eks.amazonaws.com/serviceaccount/token". The file must exist, be readable and be complete.`,
    });
  });

  it('whose clock is off asks once more, and then says by how much', async () => {
    const ServerTime = new Date(Date.now() + 20 * 60_000).toISOString();
    cloud.always(Object.assign(s3Error(403, 'RequestTimeTooSkewed'), { ServerTime }));
    await expect(store.read('key')).rejects.toMatchObject({
      failure: 'misconfigured',
      message: expect.stringContaining(
        '(RequestTimeTooSkewed, 403). The clock of this machine is 20 minutes off. Set it with NTP.',
      ),
    });
    expect(cloud.requests).toHaveLength(2);
  });

  it.each([undefined, 'CANARY'])('whose clock is off by %s says only so', async (ServerTime) => {
    cloud.always(Object.assign(s3Error(403, 'RequestTimeTooSkewed'), { ServerTime }));
    await expect(store.read('key')).rejects.toThrow(
      /\. The clock of this machine is off\. Set it with NTP\.$/,
    );
  });
});
