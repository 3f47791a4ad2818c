import { randomUUID } from 'node:crypto';
import { S3Client } from '@aws-sdk/client-s3';
import { BetfairConfigurationError, S3Storage } from 'nestjs-betfair-session';
import { startServer } from './server.process.js';
import { FaultProxy, type Reply } from './fault.proxy.js';
import { describeStore } from './store.faults.js';

const BUCKET = 'sessions';
const SECRET = 'CANARY-aws-secret-77aa';
const connection = { region: 'eu-west-1', usePathStyle: true };

// Nothing of the machine's own set-up.
process.env.AWS_CONFIG_FILE = '/nonexistent';
process.env.AWS_SHARED_CREDENTIALS_FILE = '/nonexistent';
process.env.AWS_ACCESS_KEY_ID = 'AKIACANARY';
process.env.AWS_SECRET_ACCESS_KEY = SECRET;
process.env.AWS_EC2_METADATA_DISABLED = 'true';

function reply(status: number, code: string): Reply {
  return {
    status,
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${code}.</Message><RequestId>1</RequestId></Error>`,
  };
}

async function startMoto(env: NodeJS.ProcessEnv = {}) {
  const moto = await startServer('moto_server', ['-H', '127.0.0.1', '-p', '0'], env);
  const created = await fetch(`${moto.origin}/${BUCKET}`, { method: 'PUT' });
  expect(created.status).toBe(200);
  return moto;
}

describeStore(
  'S3Storage',
  async () => {
    // The second one checks signatures after that many requests.
    const [moto, strict] = await Promise.all([
      startMoto(),
      startMoto({ INITIAL_NO_AUTH_ACTION_COUNT: '1' }),
    ]);
    // Its conditional writes check first and write then, in threads.
    const atomic = await FaultProxy.start(moto.origin, { oneAtATime: true });
    const prefix = `${randomUUID()}/`;
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
      openDenied: () => new S3Storage({ bucket: BUCKET, endpoint: strict.origin, ...connection }),
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
      unsupported: reply(501, 'NotImplemented'),
      secrets: [SECRET],
      async stop() {
        await atomic.stop();
        await Promise.all([moto.stop(), strict.stop()]);
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

  it('credentials is denied', async () => {
    const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = process.env;
    delete process.env.AWS_ACCESS_KEY_ID;
    delete process.env.AWS_SECRET_ACCESS_KEY;
    try {
      const store = new S3Storage({ bucket: BUCKET, region: 'eu-west-1' });
      const reading = store.read('session.token');
      await expect(reading).rejects.toMatchObject({ code: 'BETFAIR_STORAGE_DENIED' });
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
