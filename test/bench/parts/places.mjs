// Where sessions are kept in the comparison with the original library: for each store a place that both can use alike,
// with everything that they ask of it metered.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { FileStorage, S3Storage } from 'nestjs-betfair-session';
import { S3_BUCKET, S3_PREFIX, startMoto } from '../../e2e/stores/servers.mjs';
import { FileBucket } from '../original/file.bucket.mjs';
import { S3Bucket } from '../original/s3.bucket.mjs';
import { Meter } from './meter.mjs';
import { meteredBucket, meteredStorage } from './metered.mjs';

/** Directories; operations are metered. */
export async function openFiles(latencyMs = 0) {
  const root = await mkdtemp(join(tmpdir(), 'betfair-bench-'));
  let last = 0;
  return {
    async place() {
      const directory = join(root, String(++last));
      await mkdir(directory);
      return {
        async ours(said) {
          const files = new FileStorage({ directory });
          await files.open();
          const meter = new Meter(latencyMs);
          return { storage: meteredStorage(files, meter, said), meter, close() {} };
        },
        original() {
          const meter = new Meter(latencyMs);
          return { bucket: meteredBucket(new FileBucket(directory), meter), meter, close() {} };
        },
      };
    },
    close: () => rm(root, { recursive: true }),
  };
}

/** Prefixes in a bucket of an S3 server on this machine; HTTP requests are metered. */
export async function openS3(latencyMs = 0) {
  const moto = await startMoto();
  let last = 0;
  return {
    async place() {
      const prefix = `${S3_PREFIX}${++last}/`;
      return {
        async ours(said) {
          const meter = new Meter(latencyMs);
          const client = meteredClient(moto, meter);
          const objects = new S3Storage({ client, bucket: S3_BUCKET, prefix });
          await objects.open();
          // Its requests are metered already.
          const storage = meteredStorage(objects, undefined, said);
          return { storage, meter, close: () => client.destroy() };
        },
        original() {
          const meter = new Meter(latencyMs);
          const client = meteredClient(moto, meter);
          const bucket = new S3Bucket(client, S3_BUCKET, prefix);
          return { bucket, meter, close: () => client.destroy() };
        },
      };
    },
    close: () => moto.stop(),
  };
}

function meteredClient({ origin, credentials }, meter) {
  const client = new S3Client({
    endpoint: origin,
    region: 'eu-west-1',
    forcePathStyle: true,
    credentials,
  });
  const { requestHandler } = client.config;
  const handle = requestHandler.handle.bind(requestHandler);
  requestHandler.handle = (...parameters) => meter.run(() => handle(...parameters));
  return client;
}
