import { BetfairConfigurationError } from '../../errors/configuration.errors.js';
import { safeCause } from '../../errors/safe-cause.js';
import { ATTEMPT_TIMEOUT_MS } from '../remote/remote.attempts.js';
import { read, text } from '../../common/unknown-values.js';
import type { CloudClient } from '../cloud/cloud.client.js';
import { importFailure } from '../remote/optional.package.js';
import type { S3ClientLike, S3StorageOptions } from './s3.options.js';

type Sdk = typeof import('@aws-sdk/client-s3');

export async function connectS3(options: S3StorageOptions): Promise<CloudClient> {
  const sdk = await importSdk();
  if (options.client) {
    return { ...operationsOf(sdk, options.client, options.bucket), mayRepeat: true };
  }
  const client = createClient(sdk, options);
  try {
    await client.config.region();
  } catch (error) {
    throw new BetfairConfigurationError(
      'the S3 session store has no region. Write it as s3://my-bucket?region=eu-west-1, or set AWS_REGION.',
      { cause: safeCause(error) },
    );
  }
  return {
    ...operationsOf(sdk, client, options.bucket),
    mayRepeat: false,
    close: () => client.destroy(),
  };
}

async function importSdk() {
  try {
    return await import('@aws-sdk/client-s3');
  } catch (error) {
    throw importFailure(error, '@aws-sdk/client-s3', 'S3 storage');
  }
}

function createClient(sdk: Sdk, { region, endpoint, usePathStyle }: S3StorageOptions) {
  return new sdk.S3Client({
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    ...(usePathStyle !== undefined && { forcePathStyle: usePathStyle }),
    // If the SDK repeated requests, a lost answer would go unnoticed.
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: ATTEMPT_TIMEOUT_MS,
      requestTimeout: ATTEMPT_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
    // Older S3-compatible services refuse the newer checksums.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
}

function operationsOf(
  sdk: Sdk,
  client: S3ClientLike,
  bucket: string,
): Omit<CloudClient, 'mayRepeat'> {
  return {
    async read(name, abortSignal) {
      const command = new sdk.GetObjectCommand({ Bucket: bucket, Key: name });
      const reply = await client.send(command, { abortSignal });
      return { value: await bodyOf(reply), version: versionOf(reply) };
    },

    async write(name, value, version, abortSignal) {
      const command = new sdk.PutObjectCommand({
        Bucket: bucket,
        Key: name,
        Body: value,
        // For an empty body the SDK would not know the length.
        ContentLength: Buffer.byteLength(value),
        ContentType: 'text/plain; charset=utf-8',
        ...(version === undefined ? { IfNoneMatch: '*' } : { IfMatch: version }),
      });
      return versionOf(await client.send(command, { abortSignal }));
    },

    async delete(name, version, abortSignal) {
      const command = new sdk.DeleteObjectCommand({ Bucket: bucket, Key: name, IfMatch: version });
      await client.send(command, { abortSignal });
    },
  };
}

function versionOf(reply: unknown): string {
  const version = text(reply, 'ETag');
  // Without a version, a later write would have no condition.
  if (version === undefined) throw new Error('The reply has no ETag.');
  return version;
}

async function bodyOf(reply: unknown): Promise<string> {
  const body = read(reply, 'Body');
  const toText = read(body, 'transformToString');
  const value: unknown =
    typeof toText === 'function' ? await Reflect.apply(toText, body, []) : undefined;
  if (typeof value !== 'string') throw new Error('The reply has no body.');
  return value;
}
