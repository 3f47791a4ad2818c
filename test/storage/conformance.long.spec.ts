import { readFile } from 'node:fs/promises';
import { jest } from '@jest/globals';
import type { SessionStorage } from 'nestjs-betfair-session';
import { sessionStorageConformance } from 'nestjs-betfair-session/testing';
import { DRIVERS } from '../../lib/storage/drivers.js';
import { createStorage } from '../../lib/storage/storage.factory.js';
import { azureClient } from './support/azure.client.js';
import { CloudObjects } from './support/cloud.objects.js';
import { newDirectory, removeDirectories } from './support/folders.js';
import { gcsClient } from './support/gcs.client.js';
import { s3Sdk } from './support/s3.sdk.js';

// The SDKs are not installed here; `npm run test:stores` uses the real ones, and servers.
const objects = new CloudObjects();
const virtual = { virtual: true };
// Called with `new`, which arrow functions are not.
function ContainerClient() {
  return azureClient(objects);
}
function Storage() {
  return gcsClient(objects);
}
jest.unstable_mockModule(
  '@aws-sdk/client-s3',
  () => s3Sdk(objects, [], async () => 'eu-west-1'),
  virtual,
);
jest.unstable_mockModule(
  '@azure/storage-blob',
  () => ({ ContainerClient, StorageSharedKeyCredential: Object }),
  virtual,
);
jest.unstable_mockModule('@google-cloud/storage', () => ({ Storage }), virtual);

const create = (url: string) => createStorage(url, () => {});
const directory = await newDirectory();
const memory = create('mem://');

/**
 * One place of each back end, by its first scheme; each call opens it anew. Where only a real server will do, the suite of
 * `npm run test:stores` that runs the cases.
 */
const PLACES: Readonly<Record<string, string | (() => SessionStorage)>> = {
  'file:': () => create(`file:${directory}`),
  // Nobody else can open it.
  'mem:': () => memory,
  's3:': () => create('s3://bucket?region=eu-west-1&prefix=conformance/'),
  'azblob:': () => create('azblob://container?storage_account=mine&prefix=conformance/'),
  'gs:': () => create('gs://bucket?prefix=conformance/'),
  'redis:': 'test/e2e/stores/redis.store-spec.ts',
  'postgres:': 'test/e2e/stores/postgres.store-spec.ts',
};

beforeAll(() => {
  process.env['AZURE_STORAGE_KEY'] = 'aKey';
});
afterAll(() => {
  delete process.env['AZURE_STORAGE_KEY'];
  return removeDirectories();
});

describe.each(DRIVERS.map(({ examples, schemes }) => [examples[0], schemes[0]] as const))(
  'the store of a URL such as %s',
  (_, scheme = '') => {
    const open = PLACES[scheme];
    if (open === undefined) throw new Error(`There is no place to test ${scheme} at.`);
    if (typeof open === 'string') {
      it(`is tested by ${open}`, async () => {
        expect(await readFile(open, 'utf8')).toMatch(/sessionStorageConformance/);
      });
      return;
    }
    const cases = sessionStorageConformance({ create: open });
    it.each(cases.map(({ name, run }) => [name, run] as const))('%s', (__, run) => run());
  },
);
