import { buffer } from 'node:stream/consumers';
import { ATTEMPT_TIMEOUT_MS } from '../remote/remote.attempts.js';
import { read, text } from '../../common/unknown-values.js';
import type { CloudClient } from '../cloud/cloud.client.js';
import { gcsFault } from './gcs.errors.js';
import { importFailure } from '../remote/optional.package.js';
import type { GcsClientLike, GcsFileLike, GcsStorageOptions } from './gcs.options.js';

export async function connectGcs(options: GcsStorageOptions): Promise<CloudClient> {
  const client = options.client ?? (await createClient(options.apiEndpoint));
  const bucket = client.bucket(options.bucket);
  return {
    ...operationsOf((name) => bucket.file(name)),
    mayRepeat: options.client !== undefined,
  };
}

async function createClient(option: string | undefined): Promise<GcsClientLike> {
  const { Storage } = await importSdk();
  const emulator = process.env['STORAGE_EMULATOR_HOST'];
  const endpoint = (option ?? emulator)?.replace(/\/+$/, '').replace(/^(?!https?:\/\/)/, 'http://');
  const client = new Storage({
    // For another endpoint the SDK sends no credentials unless told so. Emulators speak plain HTTP and get none.
    ...(endpoint && {
      apiEndpoint: endpoint,
      useAuthWithCustomEndpoint: endpoint.startsWith('https:'),
    }),
    // If the SDK repeated requests, a lost answer would go unnoticed.
    retryOptions: { autoRetry: false },
  });
  // The SDK would use STORAGE_EMULATOR_HOST unchanged as the base of some URLs, without the path that they need.
  if (endpoint) client.baseUrl = `${endpoint}/storage/v1`;
  return client;
}

async function importSdk() {
  try {
    return await import('@google-cloud/storage');
  } catch (error) {
    throw importFailure(error, '@google-cloud/storage', 'GCS storage');
  }
}

function operationsOf(fileOf: (name: string) => GcsFileLike): Omit<CloudClient, 'mayRepeat'> {
  const operations: Omit<CloudClient, 'mayRepeat'> = {
    async read(name, signal) {
      const stream = fileOf(name).createReadStream({ validation: false });
      signal.addEventListener('abort', () => stream.destroy());
      let head: unknown;
      stream.once('response', (response: unknown) => (head = response));
      const value = (await buffer(stream)).toString();
      return { value, version: versionOf(read(read(head, 'headers'), 'x-goog-generation')) };
    },

    async write(name, value, expected, signal) {
      const file = fileOf(name);
      const options = {
        resumable: false,
        // With validation, the SDK deletes the stored object after a mismatch. TLS has checked the bytes already.
        validation: false,
        contentType: 'text/plain; charset=utf-8',
        preconditionOpts: {
          ifGenerationMatch: expected ?? 0,
        },
        timeout: ATTEMPT_TIMEOUT_MS,
      } as const;
      try {
        await file.save(value, options);
      } catch (error) {
        throw await reasonFor(error, () => operations.read(name, signal));
      }
      return versionOf(file.metadata.generation);
    },

    async delete(name, version) {
      await fileOf(name).delete({ ifGenerationMatch: version });
    },
  };
  return operations;
}

/** Finds the reason for a write that the SDK could not sign: its error only says that a stream was closed. */
async function reasonFor(error: unknown, readInstead: () => Promise<unknown>): Promise<unknown> {
  if (text(error, 'code') !== 'ERR_STREAM_DESTROYED') return error;
  try {
    await readInstead();
  } catch (reason) {
    // An answer to the read says nothing about the write.
    if (gcsFault(reason).status === undefined) return reason;
  }
  return error;
}

function versionOf(generation: unknown): string {
  if (typeof generation === 'string' && generation !== '') return generation;
  if (typeof generation === 'number') return String(generation);
  // Without a version, a later write would have no condition.
  throw new Error('The reply has no generation.');
}
