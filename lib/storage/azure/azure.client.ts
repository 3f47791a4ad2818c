import { buffer } from 'node:stream/consumers';
import type { GetTokenOptions } from '@azure/identity';
import type { AzureAccount } from './azure.account.js';
import type { AzureContainerClientLike } from './azure.options.js';
import type { CloudClient } from '../cloud/cloud.client.js';
import { importFailure } from '../remote/optional.package.js';

export async function connectAzure(
  container: string,
  source: AzureContainerClientLike | AzureAccount,
): Promise<CloudClient> {
  const mayRepeat = 'getBlockBlobClient' in source;
  return { ...operationsOf(mayRepeat ? source : await createClient(container, source)), mayRepeat };
}

async function createClient(container: string, account: AzureAccount) {
  const { ContainerClient, StorageSharedKeyCredential } = await importSdk();
  const { accountName, url, key, sasToken, connectionString } = account;
  const address = `${url}/${encodeURIComponent(container)}`;
  // If the SDK repeated requests, a lost answer would go unnoticed.
  const options = { retryOptions: { maxTries: 1 } };
  if (key !== undefined) {
    return new ContainerClient(address, new StorageSharedKeyCredential(accountName, key), options);
  }
  if (sasToken !== undefined) {
    return new ContainerClient(`${address}?${sasToken}`, undefined, options);
  }
  if (connectionString !== undefined) {
    return new ContainerClient(connectionString, container, options);
  }
  return new ContainerClient(address, await defaultCredential(), options);
}

async function defaultCredential() {
  const { DefaultAzureCredential } = await importIdentity();
  const credential = new DefaultAzureCredential();
  return {
    getToken(scopes: string | string[], options?: GetTokenOptions) {
      // Signing in may take longer than one request may. It goes on without the signal, for the next request.
      const withoutSignal = { ...options };
      delete withoutSignal.abortSignal;
      return credential.getToken(scopes, withoutSignal);
    },
  };
}

async function importSdk() {
  try {
    return await import('@azure/storage-blob');
  } catch (error) {
    throw importFailure(error, '@azure/storage-blob', 'Azure Blob storage');
  }
}

async function importIdentity() {
  try {
    return await import('@azure/identity');
  } catch (error) {
    throw importFailure(
      error,
      '@azure/identity',
      'Azure Blob storage without a key, SAS token or connection string',
    );
  }
}

function operationsOf(client: AzureContainerClientLike): Omit<CloudClient, 'mayRepeat'> {
  return {
    async read(name, abortSignal) {
      const blob = client.getBlockBlobClient(name);
      const reply = await blob.download(0, undefined, { abortSignal, maxRetryRequests: 0 });
      const body = reply.readableStreamBody;
      if (body === undefined) throw new Error('The reply has no body.');
      return { value: (await buffer(body)).toString(), version: versionOf(reply.etag) };
    },

    async write(name, value, ifMatch, abortSignal) {
      const blob = client.getBlockBlobClient(name);
      const { etag } = await blob.upload(value, Buffer.byteLength(value), {
        abortSignal,
        conditions: ifMatch === undefined ? { ifNoneMatch: '*' } : { ifMatch },
        blobHTTPHeaders: { blobContentType: 'text/plain; charset=utf-8' },
      });
      return versionOf(etag);
    },

    async delete(name, version, abortSignal) {
      const conditions = { ifMatch: version };
      const blob = client.getBlockBlobClient(name);
      await blob.delete({ abortSignal, conditions, deleteSnapshots: 'include' });
    },
  };
}

function versionOf(etag: string | undefined): string {
  // Without a version, a later write would have no condition.
  if (!etag) throw new Error('The reply has no ETag.');
  return etag;
}
