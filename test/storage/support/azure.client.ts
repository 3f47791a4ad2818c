import { Readable } from 'node:stream';
import type { AzureContainerClientLike } from 'nestjs-betfair-session';
import { type CloudObjects, pieces, received, sdkError } from './cloud.objects.js';

export function azureError(statusCode: number, code: string): Error {
  return sdkError(`${code}.`, { name: 'RestError', statusCode, code });
}

/** Answers as the `ContainerClient` of the SDK does. */
export function azureClient(objects: CloudObjects): AzureContainerClientLike {
  return {
    accountName: 'desk',
    getBlockBlobClient: (name) => ({
      async download(offset, count, { abortSignal: signal, ...more }) {
        const options = { offset, count, ...more };
        const stored = await objects.answer('read', name, { signal, options }, () => {
          return objects.get(name) ?? refuse(404, 'BlobNotFound');
        });
        if (stored === undefined) return {};
        return { etag: stored.version, readableStreamBody: Readable.from(pieces(stored.value)) };
      },
      async upload(body, bytes, { abortSignal: signal, conditions = {}, ...options }) {
        const etag = await objects.answer('write', name, { signal, options }, () => {
          const version = objects.get(name)?.version;
          if (conditions.ifNoneMatch === '*' && version) return refuse(409, 'BlobAlreadyExists');
          const { ifMatch } = conditions;
          if (ifMatch && version !== ifMatch) return refuse(412, 'ConditionNotMet');
          return objects.put(name, received(body, bytes));
        });
        return { etag };
      },
      async delete({ abortSignal: signal, conditions = {}, ...options }) {
        await objects.answer('delete', name, { signal, options }, () => {
          const { ifMatch } = conditions;
          // As Azurite has it; a service may as well say 404 of what is absent.
          if (ifMatch && objects.get(name)?.version !== ifMatch) refuse(412, 'ConditionNotMet');
          objects.remove(name);
        });
      },
    }),
  };
}

function refuse(statusCode: number, code: string): never {
  throw azureError(statusCode, code);
}
