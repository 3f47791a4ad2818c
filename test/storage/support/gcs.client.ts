import { PassThrough } from 'node:stream';
import type { GcsClientLike } from 'nestjs-betfair-session';
import { type CloudObjects, pieces, sdkError } from './cloud.objects.js';

/** An error as the SDK makes it of a reply of the JSON API. */
export function gcsError(code: number, reason: string, message = reason): Error {
  return sdkError(message, { code, errors: [{ message, domain: 'global', reason }] });
}

/** Answers as the `Storage` of the SDK does; generations are texts or numbers. */
export function gcsClient(
  objects: CloudObjects,
  { numbers = false, streams = [] }: { numbers?: boolean; streams?: PassThrough[] } = {},
): GcsClientLike {
  const generationOf = (version: string | undefined) => {
    return numbers && version !== undefined ? Number(version) : version;
  };
  const versionOf = (name: string) => generationOf(objects.get(name)?.version) ?? 0;
  return {
    bucket: (bucket) => ({
      file: (name) => {
        const metadata: { generation?: string | number | undefined } = {};
        return {
          metadata,
          createReadStream(options) {
            const stream = new PassThrough();
            streams.push(stream);
            const answering = objects.answer(
              'read',
              name,
              { options: { bucket, ...options } },
              () => {
                return objects.get(name) ?? refuse(404, 'notFound', `No such object: ${name}`);
              },
            );
            const send = async () => {
              const stored = await answering;
              // Headers are texts always.
              const generation = stored && String(generationOf(stored.version));
              stream.emit('response', { headers: { 'x-goog-generation': generation } });
              for (const piece of pieces(stored?.value ?? '')) stream.write(piece);
              stream.end();
            };
            send().catch((error: Error) => stream.destroy(error));
            return stream;
          },
          async save(data, { preconditionOpts: { ifGenerationMatch }, ...options }) {
            const version = await objects.answer('write', name, { options }, () => {
              if (String(versionOf(name)) !== String(ifGenerationMatch))
                refuse(412, 'conditionNotMet');
              return objects.put(name, data);
            });
            metadata.generation = generationOf(version);
          },
          async delete(options) {
            await objects.answer('delete', name, { options }, () => {
              if (!objects.get(name)) refuse(404, 'notFound', `No such object: ${name}`);
              if (String(versionOf(name)) !== options.ifGenerationMatch) {
                refuse(412, 'conditionNotMet');
              }
              objects.remove(name);
            });
          },
        };
      },
    }),
  };
}

function refuse(...error: Parameters<typeof gcsError>): never {
  throw gcsError(...error);
}
