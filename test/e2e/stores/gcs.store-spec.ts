import { randomUUID } from 'node:crypto';
import { Storage } from '@google-cloud/storage';
import { GcsStorage } from 'nestjs-betfair-session';
import { FaultProxy, type Reply } from './fault.proxy.mjs';
import { errorBody, GcsFake } from './gcs.fake.js';
import { describeStore } from './store.faults.js';

const bucket = 'sessions';

function reply(status: number, reason: string): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json; charset=UTF-8' },
    body: JSON.stringify(errorBody(status, reason, `${reason}.`)),
  };
}

describeStore('GcsStorage', async () => {
  const [fake, strict] = [
    await GcsFake.start(bucket),
    await GcsFake.start(bucket, { denied: true }),
  ];
  const prefix = `${randomUUID()}/`;
  return {
    origin: fake.origin,
    open: (apiEndpoint) => new GcsStorage({ bucket, prefix, apiEndpoint }),
    openRepeating: (apiEndpoint) =>
      new GcsStorage({ bucket, prefix, client: new Storage({ apiEndpoint }) }),
    openMissing: () => new GcsStorage({ bucket: 'no-such-bucket', apiEndpoint: fake.origin }),
    openDenied: () => new GcsStorage({ bucket, apiEndpoint: strict.origin }),
    methods: { write: 'POST', delete: 'DELETE' },
    busy: {
      backend: reply(503, 'backendError'),
      rate: reply(429, 'rateLimitExceeded'),
      quota: reply(403, 'rateLimitExceeded'),
      internal: reply(500, 'internalError'),
    },
    refusals: {
      rights: reply(403, 'forbidden'),
      unknown: reply(401, 'authError'),
    },
    permissions: {
      read: 'storage.objects.get',
      create: 'storage.objects.create',
      replace: 'storage.objects.delete',
      delete: 'storage.objects.delete',
    },
    unsupported: reply(501, 'notImplemented'),
    secrets: [],
    async stop() {
      await Promise.all([fake.stop(), strict.stop()]);
    },
  };
});

describe('GcsStorage', () => {
  it('without credentials is denied, and says where they are looked for', async () => {
    const fake = await GcsFake.start(bucket);
    const proxy = await FaultProxy.start(fake.origin);
    proxy.always(reply(401, 'required'));
    const store = new GcsStorage({ bucket, apiEndpoint: proxy.origin });
    await expect(store.read('session.token')).rejects.toMatchObject({
      code: 'BETFAIR_STORAGE_DENIED',
      message: expect.stringContaining('GOOGLE_APPLICATION_CREDENTIALS'),
    });
    await proxy.stop();
    await fake.stop();
  });

  it.each([
    ['host and port', (origin: string) => new URL(origin).host],
    ['a URL', (origin: string) => `${origin}/`],
  ])('finds an emulator by STORAGE_EMULATOR_HOST as %s', async (_, write) => {
    const fake = await GcsFake.start(bucket);
    process.env.STORAGE_EMULATOR_HOST = write(fake.origin);
    try {
      const store = new GcsStorage({ bucket, prefix: 'betfair/' });
      const first = await store.write('session.token', 'first', { ifAbsent: true });
      const second = await store.write('session.token', 'second', { ifVersion: first });
      expect(await store.read('session.token')).toEqual({ value: 'second', version: second });
      await store.delete('session.token', { ifVersion: second });
      await store.close();
    } finally {
      delete process.env.STORAGE_EMULATOR_HOST;
      await fake.stop();
    }
  });
});
