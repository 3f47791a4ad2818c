// Where sessions are kept in the comparison with the original library: for each store a place that both can use alike,
// with everything that they ask of it counted.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { FileStorage, S3Storage } from 'nestjs-betfair-session';
import { FileBucket } from '../original/file.bucket.mjs';
import { S3Bucket } from '../original/s3.bucket.mjs';
import { counting } from './counting.storage.mjs';
import { startMoto } from './moto.server.mjs';

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

/** Buckets of an S3 server on this machine; HTTP requests are counted. `undefined` where there is no such server. */
export async function openS3() {
  const moto = await startMoto();
  if (moto === undefined) return undefined;
  let last = 0;
  return {
    async place() {
      const name = `sessions-${++last}`;
      const created = await fetch(`${moto.endpoint}/${name}`, { method: 'PUT' });
      if (!created.ok) throw new Error(`Creating a bucket: HTTP ${created.status}`);
      return {
        async ours() {
          const { client, requests } = countingClient(moto.endpoint);
          const storage = new S3Storage({ client, bucket: name });
          await storage.open();
          return { storage, operations: requests, close: () => client.destroy() };
        },
        original() {
          const { client, requests } = countingClient(moto.endpoint);
          const bucket = new S3Bucket(client, name);
          return { bucket, operations: requests, close: () => client.destroy() };
        },
      };
    },
    close: () => moto.stop(),
  };
}

function countingClient(endpoint) {
  const client = new S3Client({
    endpoint,
    region: 'eu-west-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
  });
  const { requestHandler } = client.config;
  const handle = requestHandler.handle.bind(requestHandler);
  let count = 0;
  requestHandler.handle = (...parameters) => {
    count += 1;
    return handle(...parameters);
  };
  return { client, requests: () => count };
}
