import type { S3ClientLike } from 'nestjs-betfair-session';
import { type CloudObjects, pieces, received, sdkError } from './cloud.objects.js';

class GetObjectCommand {
  constructor(readonly input: { Bucket: string; Key: string }) {}
}

class PutObjectCommand {
  constructor(
    readonly input: {
      Bucket: string;
      Key: string;
      Body: string;
      ContentLength: number;
      ContentType: string;
      IfMatch?: string;
      IfNoneMatch?: string;
    },
  ) {}
}

class DeleteObjectCommand {
  constructor(readonly input: { Bucket: string; Key: string; IfMatch: string }) {}
}

/** The clients that were made by {@link s3Sdk}, with what they were made of. */
export interface MadeClient {
  readonly settings: object;
  destroyed: boolean;
}

/** An error as the SDK makes it of a reply. */
export function s3Error(httpStatusCode: number, name: string): Error {
  return sdkError(`${name}.`, { name, $metadata: { httpStatusCode } });
}

/** Answers as an `S3Client` of the SDK does. */
export function s3Client(objects: CloudObjects): S3ClientLike {
  return {
    async send(command, { abortSignal: signal } = {}) {
      if (command instanceof GetObjectCommand) {
        const { Key: name, ...options } = command.input;
        const stored = await objects.answer('read', name, { signal, options }, () => {
          return objects.get(name) ?? refuse(404, 'NoSuchKey');
        });
        return stored === undefined
          ? {}
          : { ETag: stored.version, Body: new Body(pieces(stored.value)) };
      }
      if (command instanceof PutObjectCommand) {
        const {
          Key: name,
          Body: value,
          ContentLength,
          IfMatch,
          IfNoneMatch,
          ...options
        } = command.input;
        const ETag = await objects.answer('write', name, { signal, options }, () => {
          const version = objects.get(name)?.version;
          if (IfNoneMatch === '*' && version) return refuse(412, 'PreconditionFailed');
          if (IfMatch && !version) return refuse(404, 'NoSuchKey');
          if (IfMatch && version !== IfMatch) return refuse(412, 'PreconditionFailed');
          return objects.put(name, received(value, ContentLength));
        });
        return { ETag };
      }
      if (!(command instanceof DeleteObjectCommand)) throw new Error('No command of this SDK.');
      const { Key: name, IfMatch, ...options } = command.input;
      return objects.answer('delete', name, { signal, options }, () => {
        const version = objects.get(name)?.version;
        if (!version) return refuse(404, 'NoSuchKey');
        if (IfMatch && version !== IfMatch) return refuse(412, 'PreconditionFailed');
        return objects.remove(name);
      });
    },
  };
}

/** The module, as far as the store uses it; its clients find the region that `region` gives. */
export function s3Sdk(objects: CloudObjects, made: MadeClient[], region: () => Promise<string>) {
  class S3Client implements MadeClient {
    destroyed = false;
    readonly config = { region };

    constructor(readonly settings: object) {
      made.push(this);
    }

    send(...parameters: Parameters<S3ClientLike['send']>): Promise<unknown> {
      return s3Client(objects).send(...parameters);
    }

    destroy(): void {
      this.destroyed = true;
    }
  }
  return { S3Client, GetObjectCommand, PutObjectCommand, DeleteObjectCommand };
}

class Body {
  constructor(private readonly content: readonly Buffer[]) {}

  async transformToString(encoding?: BufferEncoding): Promise<string> {
    return Buffer.concat(this.content).toString(encoding);
  }
}

function refuse(httpStatusCode: number, name: string): never {
  throw s3Error(httpStatusCode, name);
}
