import { randomUUID } from 'node:crypto';
import { S3Client } from '@aws-sdk/client-s3';
import { BetfairConfigurationError, S3Storage } from 'nestjs-betfair-session';
import { FaultProxy, type Reply } from './fault.proxy.mjs';
import { S3_BUCKET as BUCKET, S3_PREFIX, startMoto } from './servers.mjs';
import { describeStore } from './store.faults.js';

const connection = { region: 'eu-west-1', usePathStyle: true };

// Nothing of the machine's own set-up.
process.env.AWS_CONFIG_FILE = '/nonexistent';
process.env.AWS_SHARED_CREDENTIALS_FILE = '/nonexistent';
process.env.AWS_EC2_METADATA_DISABLED = 'true';

function reply(status: number, code: string): Reply {
  return {
    status,
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${code}.</Message><RequestId>1</RequestId></Error>`,
  };
}

describeStore(
  'S3Storage',
  async () => {
    const moto = await startMoto();
    const { accessKeyId, secretAccessKey } = moto.credentials;
    process.env.AWS_ACCESS_KEY_ID = accessKeyId;
    process.env.AWS_SECRET_ACCESS_KEY = secretAccessKey;
    // Its conditional writes check first and write then, in threads.
    const atomic = await FaultProxy.start(moto.origin, { oneAtATime: true });
    const prefix = `${S3_PREFIX}${randomUUID()}/`;
    return {
      origin: atomic.origin,
      open: (endpoint) => new S3Storage({ bucket: BUCKET, prefix, endpoint, ...connection }),
      openRepeating(endpoint) {
        const client = new S3Client({
          region: 'eu-west-1',
          endpoint,
          forcePathStyle: true,
          maxAttempts: 3,
        });
        return new S3Storage({ bucket: BUCKET, prefix, client });
      },
      openMissing: () =>
        new S3Storage({ bucket: 'no-such-bucket', endpoint: atomic.origin, ...connection }),
      openDenied: () =>
        new S3Storage({
          bucket: BUCKET,
          prefix: 'of-another/',
          endpoint: moto.origin,
          ...connection,
        }),
      methods: { write: 'PUT', delete: 'DELETE' },
      busy: {
        slowDown: reply(503, 'SlowDown'),
        race: reply(409, 'ConditionalRequestConflict'),
        aborted: reply(409, 'OperationAborted'),
        many: reply(429, 'TooManyRequests'),
        internal: reply(500, 'InternalError'),
      },
      refusals: {
        rights: reply(403, 'AccessDenied'),
        signature: reply(403, 'SignatureDoesNotMatch'),
        expired: reply(400, 'ExpiredToken'),
      },
      permissions: {
        read: 's3:GetObject',
        create: 's3:PutObject',
        replace: 's3:PutObject',
        delete: 's3:DeleteObject',
      },
      unsupported: reply(501, 'NotImplemented'),
      secrets: [secretAccessKey],
      async stop() {
        await atomic.stop();
        await moto.stop();
      },
    };
  },
  { contentVersions: true },
);

describe('S3Storage without', () => {
  it('a region refuses to open, and names the cure', async () => {
    const store = new S3Storage({ bucket: BUCKET });
    const failure: unknown = await store.open().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(BetfairConfigurationError);
    expect(failure).toMatchObject({ message: expect.stringMatching(/\?region=eu-west-1/) });
  });

  it('credentials is denied, and says where they are looked for', async () => {
    const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = process.env;
    delete process.env.AWS_ACCESS_KEY_ID;
    delete process.env.AWS_SECRET_ACCESS_KEY;
    try {
      const store = new S3Storage({ bucket: BUCKET, region: 'eu-west-1' });
      const reading = store.read('session.token');
      await expect(reading).rejects.toMatchObject({
        code: 'BETFAIR_STORAGE_DENIED',
        message: expect.stringContaining('AWS_ACCESS_KEY_ID'),
      });
      await store.close();
    } finally {
      Object.assign(process.env, { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret });
    }
  });

  it('a client that it made does not close one that was handed in', async () => {
    let destroyed = 0;
    const client = new S3Client({ region: 'eu-west-1' });
    client.destroy = () => void destroyed++;
    const store = new S3Storage({ bucket: BUCKET, client });
    await store.open();
    await store.close();
    expect(destroyed).toBe(0);
  });
});
