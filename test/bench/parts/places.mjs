// Where sessions are kept in the comparison with the original library: for each store a place that both can use alike,
// with everything that they ask of it counted.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { FileStorage, S3Storage } from 'nestjs-betfair-session';
import { S3_BUCKET, S3_PREFIX, startMoto } from '../../stores/servers.mjs';
import { FileBucket } from '../original/file.bucket.mjs';
import { S3Bucket } from '../original/s3.bucket.mjs';
import { counting } from './counting.storage.mjs';

/** Directories; operations are counted. */
export async function openFiles() {
  const root = await mkdtemp(join(tmpdir(), 'betfair-bench-'));
  let last = 0;
  return {
    async place() {
      const directory = join(root, String(++last));
      await mkdir(directory);
      return {
        async ours() {
          const files = new FileStorage({ directory });
          await files.open();
          const storage = counting(files);
          return { storage, operations: () => storage.operations, close() {} };
        },
        original() {
          const bucket = new FileBucket(directory);
          return { bucket, operations: () => bucket.operations, close() {} };
        },
      };
    },
    close: () => rm(root, { recursive: true }),
  };
}

/** Prefixes in a bucket of an S3 server on this machine; HTTP requests are counted. */
export async function openS3() {
  const moto = await startMoto();
  let last = 0;
  return {
    async place() {
      const prefix = `${S3_PREFIX}${++last}/`;
      return {
        async ours() {
          const { client, operations } = countingClient(moto);
          const storage = new S3Storage({ client, bucket: S3_BUCKET, prefix });
          await storage.open();
          return { storage, operations, close: () => client.destroy() };
        },
        original() {
          const { client, operations } = countingClient(moto);
          const bucket = new S3Bucket(client, S3_BUCKET, prefix);
          return { bucket, operations, close: () => client.destroy() };
        },
      };
    },
    close: () => moto.stop(),
  };
}

function countingClient({ origin, credentials }) {
  const client = new S3Client({
    endpoint: origin,
    region: 'eu-west-1',
    forcePathStyle: true,
    credentials,
  });
  const { requestHandler } = client.config;
  const handle = requestHandler.handle.bind(requestHandler);
  let count = 0;
  requestHandler.handle = (...parameters) => {
    count += 1;
    return handle(...parameters);
  };
  return { client, operations: () => count };
}
