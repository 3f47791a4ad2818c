import { jest } from '@jest/globals';
import {
  AzureBlobStorage,
  type AzureContainerClientLike,
  BetfairConfigurationError,
} from 'nestjs-betfair-session';
import { azureClient, azureError } from '../support/azure.client.js';
import { describeCloud, playLostWrites } from '../support/cloud.cases.js';
import { CloudObjects, sdkError } from '../support/cloud.objects.js';
import { opened } from '../support/opened.js';

const made: unknown[][] = [];
const objects = new CloudObjects();
const signedIn: unknown[][] = [];

class SharedKey {
  constructor(...parameters: readonly string[]) {
    this.parameters = parameters;
  }

  readonly parameters: readonly string[];
}

function ContainerClient(...parameters: unknown[]): AzureContainerClientLike {
  made.push(parameters);
  if (parameters[0] === 'nonsense') throw sdkError('Invalid connection string', {});
  return azureClient(objects);
}

// The SDK is not installed here; `npm run test:stores` uses the real one.
jest.unstable_mockModule(
  '@azure/storage-blob',
  () => ({
    StorageSharedKeyCredential: SharedKey,
    ContainerClient,
  }),
  { virtual: true },
);
jest.unstable_mockModule(
  '@azure/identity',
  () => ({
    DefaultAzureCredential: class {
      async getToken(...parameters: unknown[]): Promise<object> {
        signedIn.push(parameters);
        return { token: 'aToken' };
      }
    },
  }),
  { virtual: true },
);

const bodiless: AzureContainerClientLike = {
  accountName: 'desk',
  getBlockBlobClient: (name) => ({
    ...azureClient(objects).getBlockBlobClient(name),
    download: async () => ({ etag: '1' }),
  }),
};

describeCloud('AzureBlobStorage', {
  open: (cloud) =>
    new AzureBlobStorage({ container: 'desk', prefix: 'betfair/', client: azureClient(cloud) }),
  openLacking: () => new AzureBlobStorage({ container: 'desk', client: bodiless }),
  place: 'Azure container "desk"',
  busy: [
    azureError(500, 'OperationTimedOut'),
    azureError(409, 'ContainerBeingDeleted'),
    azureError(429, 'TooManyRequests'),
    azureError(408, 'Slow'),
    sdkError('connect ECONNREFUSED', { name: 'RestError', code: 'ECONNREFUSED' }),
  ],
  refusals: [
    [
      'read',
      'no right to',
      azureError(403, 'AuthorizationPermissionMismatch'),
      'denied',
      /^Could not read .*\(AuthorizationPermissionMismatch, 403\)\. Check that its credentials are valid/,
      /have the right to read blobs: .* SAS token with "r"\.$/,
    ],
    ['write', 'no right to', azureError(403, 'X'), 'denied', /write blobs: .*"c" and "w"\.$/],
    ['delete', 'no right to', azureError(403, 'X'), 'denied', /delete blobs: .* with "d"\.$/],
    ['read', 'wrong key', azureError(401, 'NoAuthenticationInformation'), 'denied'],
    ['read', 'not public', azureError(409, 'PublicAccessNotPermitted'), 'denied'],
    ['write', 'a lease of others', azureError(412, 'LeaseIdMissing'), 'denied'],
    [
      'read',
      'no credentials',
      sdkError('?', { name: 'AggregateAuthenticationError' }),
      'denied',
      /\(AggregateAuthenticationError\)\. No credentials were found\. Set/,
    ],
    [
      'read',
      'no credential to use',
      sdkError('?', { name: 'CredentialUnavailableError' }),
      'denied',
      /AZURE_STORAGE_CONNECTION_STRING, sign in/,
    ],
    [
      'read',
      'not signed in',
      sdkError('?', { name: 'AuthenticationRequiredError' }),
      'denied',
      /managed identity\.$/,
    ],
    [
      'read',
      'wrong identity',
      sdkError('?', { name: 'AuthenticationError', statusCode: 400, code: '', details: null }),
      'denied',
      /Check that its credentials are valid/,
    ],
    [
      'read',
      'a token file that is not there',
      sdkError(
        "ChainedTokenCredential authentication failed.\nAuthenticationRequiredError: ENOENT: no such file or directory, open '/nonexistent/token'",
        { name: 'AggregateAuthenticationError' },
      ),
      'misconfigured',
      /\(ENOENT\)\. Nothing was sent, .* Check the file "\/nonexistent\/token"\. The file must exist/,
    ],
    [
      'read',
      'a certificate that cannot be read',
      sdkError('More details:\nEISDIR: illegal operation on a directory, read,', {
        name: 'AuthenticationError',
        statusCode: 400,
      }),
      'misconfigured',
      /\(EISDIR\)\. Nothing was sent, .* Check the credentials on this machine\.$/,
    ],
    [
      'read',
      'a file of its own',
      azureError(403, 'EISDIR: illegal operation on a directory, read'),
      'denied',
    ],
    [
      'read',
      'no container',
      sdkError('?', { statusCode: 404, details: { errorCode: 'ContainerNotFound' } }),
      'misconfigured',
      /\(ContainerNotFound, 404\)\. Check that the container exists/,
    ],
    ['write', 'another kind of blob', azureError(409, 'InvalidBlobType'), 'misconfigured'],
    [
      'create',
      'by something that is no such store',
      azureError(404, 'BlobNotFound'),
      'misconfigured',
    ],
    [
      'read',
      'by something that is no such store',
      azureError(412, 'ConditionNotMet'),
      'misconfigured',
    ],
    ['read', 'a redirect', azureError(300, 'Moved'), 'misconfigured'],
    ['read', 'nonsense', azureError(400, 'InvalidUri'), 'misconfigured'],
    [
      'write',
      'no conditions',
      azureError(400, 'ConditionHeadersNotSupported'),
      'unsupported',
      /It does not support conditional requests\. Use an account that does/,
    ],
    ['delete', 'not implemented', azureError(501, 'NotImplemented'), 'unsupported'],
  ],
});

describe('the requests of AzureBlobStorage', () => {
  it('are repeated by nobody but the store, and leave a blob of text without snapshots', async () => {
    const cloud = new CloudObjects();
    const store = new AzureBlobStorage({ container: 'desk', client: azureClient(cloud) });
    const ifVersion = await store.write('key', 'é', { ifAbsent: true });
    await store.read('key');
    await store.delete('key', { ifVersion });
    expect(cloud.requests.map(({ options }) => options)).toEqual([
      { blobHTTPHeaders: { blobContentType: 'text/plain; charset=utf-8' } },
      { offset: 0, count: undefined, maxRetryRequests: 0 },
      { deleteSnapshots: 'include' },
    ]);
    expect(cloud.requests.every(({ signal }) => signal instanceof AbortSignal)).toBe(true);
  });
});

describe('AzureBlobStorage', () => {
  const cloud = new CloudObjects();
  const store = new AzureBlobStorage({ container: 'desk', client: azureClient(cloud) });

  it.each(['endpoints_resolution_error', 'network_error'])(
    'waits for a sign-in that cannot be reached (%s), whose status is made up',
    async (code) => {
      const properties = { name: 'AuthenticationError', statusCode: 400 };
      cloud.next(sdkError(`${code}: See https://aka.ms/msal.js.errors`, properties));
      expect(await store.read('key')).toBeUndefined();
    },
  );

  it('names a token file that is not there by its variable', async () => {
    process.env['AZURE_FEDERATED_TOKEN_FILE'] =
      '/var/run/secrets/azure/tokens/azure-identity-token';
    const message = "ENOENT: no such file or directory, open '/elsewhere'";
    cloud.next(sdkError(message, { name: 'AuthenticationRequiredError' }));
    await expect(store.read('key')).rejects.toThrow(
      'Check AZURE_FEDERATED_TOKEN_FILE="/var/run/secrets/azure/tokens/azure-identity-token". The file',
    );
    delete process.env['AZURE_FEDERATED_TOKEN_FILE'];
  });

  it('says by how much the clock is off', async () => {
    const details = {
      errorCode: 'AuthenticationFailed',
      authenticationErrorDetail: "Request date header too old: 'Mon, 30 Nov 2026 06:36:19 GMT'",
      date: new Date(Date.now() - 40 * 60_000).toUTCString(),
    };
    cloud.always(Object.assign(azureError(403, 'AuthenticationFailed'), { details }));
    await expect(store.read('key')).rejects.toMatchObject({
      failure: 'misconfigured',
      message: expect.stringContaining('The clock of this machine is 40 minutes off. Set it'),
    });
    cloud.always(undefined);
  });
});

/** What the client is made of in that environment; it works. */
async function clientFor(env: Readonly<Record<string, string>>): Promise<unknown[] | undefined> {
  Object.assign(process.env, env);
  const store = new AzureBlobStorage({ container: 'desk' });
  await store.open();
  await store.write('key', 'value', { ifAbsent: true });
  const stored = await store.read('key');
  await store.delete('key', { ifVersion: stored?.version ?? '' });
  await store.close();
  expect(made).toHaveLength(1);
  return made[0];
}

describe('the client of AzureBlobStorage', () => {
  const once = { retryOptions: { maxTries: 1 } };
  const place = 'https://mine.blob.core.windows.net/desk';

  beforeEach(() => {
    for (const name of Object.keys(process.env)) {
      if (name.startsWith('AZURE_')) delete process.env[name];
    }
    process.env['AZURE_STORAGE_ACCOUNT'] = 'mine';
    made.length = 0;
  });

  afterAll(() => {
    for (const name of Object.keys(process.env)) {
      if (name.startsWith('AZURE_')) delete process.env[name];
    }
  });

  it('signs in with a key before anything else', async () => {
    const env = {
      AZURE_STORAGE_KEY: 'aKey',
      AZURE_STORAGE_SAS_TOKEN: 'sv=1',
      AZURE_STORAGE_CONNECTION_STRING: 'AccountName=other',
    };
    expect(await clientFor(env)).toEqual([place, new SharedKey('mine', 'aKey'), once]);
  });

  it.each(['sv=1&sig=2?', '?sv=1&sig=2?'])('signs in with the SAS token %s', async (token) => {
    const env = {
      AZURE_STORAGE_SAS_TOKEN: token,
      AZURE_STORAGE_CONNECTION_STRING: 'AccountName=other',
    };
    expect(await clientFor(env)).toEqual([`${place}?sv=1&sig=2?`, undefined, once]);
  });

  it('signs in with a connection string', async () => {
    const connection = 'AccountName=mine;AccountKey=aKey';
    const env = { AZURE_STORAGE_CONNECTION_STRING: connection };
    expect(await clientFor(env)).toEqual([connection, 'desk', once]);
  });

  it('signs in as the machine if the variables are empty', async () => {
    const env = {
      AZURE_STORAGE_KEY: '',
      AZURE_STORAGE_SAS_TOKEN: '',
      AZURE_STORAGE_CONNECTION_STRING: '',
    };
    const [address, credential] = (await clientFor(env)) ?? [];
    expect(address).toBe(place);
    expect(credential).toHaveProperty('getToken');
  });

  it('signs in as the machine otherwise, which may take longer than one request', async () => {
    const [address, credential, options] = (await clientFor({})) ?? [];
    expect([address, options]).toEqual([place, once]);
    if (typeof credential !== 'object' || credential === null) throw new Error('No credential.');
    const getToken: unknown = Reflect.get(credential, 'getToken');
    if (typeof getToken !== 'function') throw new Error('No credential.');
    const { signal: abortSignal } = new AbortController();
    const asked = { abortSignal, tenantId: 'tenant' };
    const token: unknown = await Reflect.apply(getToken, credential, ['scope', asked]);
    expect(token).toEqual({ token: 'aToken' });
    expect(signedIn).toEqual([['scope', { tenantId: 'tenant' }]]);
    expect(asked).toHaveProperty('abortSignal');
  });

  it('knows a conflict at the first request', async () => {
    process.env['AZURE_STORAGE_KEY'] = 'aKey';
    const store = new AzureBlobStorage({ container: 'desk' });
    expect(await playLostWrites(store, objects)).toEqual(['write', 'write']);
  });

  it('that cannot be made is a fault of the configuration, which shows no secret', async () => {
    process.env['AZURE_STORAGE_CONNECTION_STRING'] = 'nonsense';
    const store = new AzureBlobStorage({ container: 'desk' });
    for (const operation of [() => store.open(), () => store.read('key')]) {
      const failure: unknown = await operation().catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(BetfairConfigurationError);
      expect(failure).toMatchObject({
        message: expect.stringMatching(
          /could not create the client for the Azure container "desk"\. Check its options/,
        ),
        cause: expect.any(Error),
      });
      expect(String(failure)).not.toContain('CANARY');
    }
    // Nothing of the failure is kept: the next operation tries anew.
    expect(made).toHaveLength(2);
    await store.close();
  });

  it.each([
    [
      'a domain of its own',
      { AZURE_STORAGE_DOMAIN: 'blob.core.chinacloudapi.cn' },
      'https://mine.blob.core.chinacloudapi.cn/desk',
    ],
    [
      'another protocol',
      { AZURE_STORAGE_PROTOCOL: 'http' },
      'http://mine.blob.core.windows.net/desk',
    ],
    [
      'an emulator',
      { AZURE_STORAGE_DOMAIN: '127.0.0.1:10000', AZURE_STORAGE_IS_LOCAL_EMULATOR: 'true' },
      'https://127.0.0.1:10000/mine/desk',
    ],
    [
      'an emulator, as 1',
      { AZURE_STORAGE_DOMAIN: 'localhost:1', AZURE_STORAGE_IS_LOCAL_EMULATOR: '1' },
      'https://localhost:1/mine/desk',
    ],
    ['no emulator', { AZURE_STORAGE_IS_LOCAL_EMULATOR: 'false' }, place],
  ])('finds %s in the environment', async (_, env, url) => {
    const [address] = (await clientFor({ ...env, AZURE_STORAGE_KEY: 'aKey' })) ?? [];
    expect(address).toBe(url);
  });

  it('is that of the URL, whatever the environment says', async () => {
    Object.assign(process.env, {
      AZURE_STORAGE_ACCOUNT: 'other',
      AZURE_STORAGE_DOMAIN: 'other.example',
      AZURE_STORAGE_PROTOCOL: 'https',
      AZURE_STORAGE_KEY: 'aKey',
    });
    const where = 'storage_account=mine&domain=azure.example&protocol=http';
    const { storage: store } = await opened(
      `azblob://%24root?${where}&localemu=true&prefix=betfair/`,
    );
    expect(made).toEqual([
      ['http://azure.example/mine/%24root', new SharedKey('mine', 'aKey'), once],
    ]);
    expect(store).toMatchObject({ location: 'azblob://mine/$root/betfair/' });
    made.length = 0;
    process.env['AZURE_STORAGE_IS_LOCAL_EMULATOR'] = 'true';
    await opened(`azblob://desk?${where}&localemu=false`);
    expect(made[0]?.[0]).toBe('http://mine.azure.example/desk');
  });
});
