import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import {
  ContainerClient,
  ContainerSASPermissions,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import { AzureBlobStorage, BetfairConfigurationError } from 'nestjs-betfair-session';
import type { Reply } from './fault.proxy.mjs';
import {
  AZURE_ACCOUNT as ACCOUNT,
  AZURE_CONTAINER as container,
  AZURE_KEY as KEY,
  startAzurite,
} from './servers.mjs';
import { describeStore } from './store.faults.js';

const WRONG_KEY = Buffer.from('CANARY-wrong-key').toString('base64');

/** Makes a store with these variables of the environment. */
function withEnv<T>(env: Readonly<Record<string, string>>, make: () => T): T {
  const names = Object.keys(env);
  Object.assign(process.env, env);
  try {
    return make();
  } finally {
    for (const name of names) delete process.env[name];
  }
}

function open(origin: string, { name = container, key = KEY, prefix = '' } = {}) {
  const env = {
    AZURE_STORAGE_ACCOUNT: ACCOUNT,
    AZURE_STORAGE_KEY: key,
    AZURE_STORAGE_DOMAIN: new URL(origin).host,
    AZURE_STORAGE_PROTOCOL: 'http',
    AZURE_STORAGE_IS_LOCAL_EMULATOR: 'true',
  };
  return withEnv(env, () => new AzureBlobStorage({ container: name, prefix }));
}

function readyClient(origin: string): ContainerClient {
  const credential = new StorageSharedKeyCredential(ACCOUNT, KEY);
  const retryOptions = { maxTries: 4, retryDelayInMs: 50 };
  return new ContainerClient(`${origin}/${ACCOUNT}/${container}`, credential, { retryOptions });
}

function reply(status: number, code: string): Reply {
  return {
    status,
    headers: { 'content-type': 'application/xml', 'x-ms-error-code': code },
    body: `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${code}.</Message></Error>`,
  };
}

describeStore('AzureBlobStorage', async () => {
  const azurite = await startAzurite();
  const prefix = `${randomUUID()}/`;
  return {
    origin: azurite.origin,
    open: (origin) => open(origin, { prefix }),
    openRepeating: (origin) =>
      new AzureBlobStorage({ container, prefix, client: readyClient(origin) }),
    openMissing: () => open(azurite.origin, { name: 'no-such-container' }),
    openDenied: () => open(azurite.origin, { key: WRONG_KEY }),
    methods: { write: 'PUT', delete: 'DELETE' },
    busy: {
      busy: reply(503, 'ServerBusy'),
      timedOut: reply(500, 'OperationTimedOut'),
      many: reply(429, 'TooManyRequests'),
      deleting: reply(409, 'ContainerBeingDeleted'),
    },
    refusals: {
      rights: reply(403, 'AuthorizationPermissionMismatch'),
      signature: reply(403, 'AuthenticationFailed'),
      public: reply(409, 'PublicAccessNotPermitted'),
    },
    permissions: { read: '"r"', create: '"c"', replace: '"w"', delete: '"d"' },
    unsupported: reply(501, 'NotImplemented'),
    secrets: [KEY, WRONG_KEY, 'CANARY-azure-key', 'CANARY-wrong-key'],
    stop: () => azurite.stop(),
  };
});

describe('AzureBlobStorage', () => {
  it('signs in with what else the environment may hold', async () => {
    const azurite = await startAzurite();
    const client = readyClient(azurite.origin);
    const endpoint = `${azurite.origin}/${ACCOUNT}`;
    const permissions = ContainerSASPermissions.parse('rcwd');
    const sas = new URL(
      await client.generateSasUrl({ permissions, expiresOn: new Date(Date.now() + 60_000) }),
    ).search;
    const connectionString = `DefaultEndpointsProtocol=http;AccountName=${ACCOUNT};AccountKey=${KEY};BlobEndpoint=${endpoint};`;
    const place = {
      AZURE_STORAGE_DOMAIN: new URL(azurite.origin).host,
      AZURE_STORAGE_PROTOCOL: 'http',
      AZURE_STORAGE_IS_LOCAL_EMULATOR: 'true',
    };
    const environments = {
      sas: { ...place, AZURE_STORAGE_ACCOUNT: ACCOUNT, AZURE_STORAGE_SAS_TOKEN: sas },
      connectionString: { AZURE_STORAGE_CONNECTION_STRING: connectionString },
    };
    for (const [key, env] of Object.entries(environments)) {
      const store = withEnv(env, () => new AzureBlobStorage({ container }));
      const first = await store.write(key, 'first', { ifAbsent: true });
      const second = await store.write(key, 'second', { ifVersion: first });
      expect(await store.read(key)).toEqual({ value: 'second', version: second });
      await store.delete(key, { ifVersion: second });
      expect(store.location).toBe(`azblob://${ACCOUNT}/${container}/`);
      await store.close();
    }
    await azurite.stop();
  });

  it('is denied where Azure finds no identity, and says where one is looked for', async () => {
    process.env.AZURE_TOKEN_CREDENTIALS = 'EnvironmentCredential';
    const store = new AzureBlobStorage({ container, storageAccount: ACCOUNT });
    const reading = store.read('session.token');
    await expect(reading).rejects.toMatchObject({
      code: 'BETFAIR_STORAGE_DENIED',
      message: expect.stringContaining('AZURE_STORAGE_KEY'),
    });
    await store.close();
  });

  it('is refused where the SDK refuses the environment', async () => {
    process.env.AZURE_TOKEN_CREDENTIALS = 'nonsense';
    const store = new AzureBlobStorage({ container, storageAccount: ACCOUNT });
    await expect(store.open()).rejects.toBeInstanceOf(BetfairConfigurationError);
    delete process.env.AZURE_TOKEN_CREDENTIALS;
  });

  it('shows no connection string that cannot be used', async () => {
    const env = { AZURE_STORAGE_CONNECTION_STRING: `AccountName=${ACCOUNT};AccountKey=CANARY` };
    const store = withEnv(env, () => new AzureBlobStorage({ container }));
    const failure: unknown = await store.open().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(BetfairConfigurationError);
    expect(inspect(failure, { depth: Infinity, showHidden: true })).not.toContain('CANARY');
  });
});
