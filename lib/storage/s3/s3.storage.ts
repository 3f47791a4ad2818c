import { BetfairConfigurationError } from '../../errors/configuration.errors.js';
import { assertNamed } from '../remote/remote.names.js';
import { CloudStorage } from '../cloud/cloud.storage.js';
import type { SessionStorage } from '../contract/session-storage.interface.js';
import { connectS3 } from './s3.client.js';
import { S3_WORDS } from './s3.errors.js';
import type { S3StorageOptions } from './s3.options.js';

/**
 * Keeps sessions in an S3 bucket (`storage: 's3://bucket?region=eu-west-1'`), by conditional requests. Needs the
 * package `@aws-sdk/client-s3` and the rights `s3:GetObject`, `s3:PutObject` and `s3:DeleteObject` on the objects, and
 * `s3:ListBucket` on the bucket. The version is the ETag, so equal content has an equal version.
 *
 * Temporary failures (network, 409, 429, 5xx) are tried again for a few seconds. A write that conflicts with exactly
 * its own value counts as done, because its answer may have been lost: values of different writers must differ.
 *
 * Every operation throws `SessionStorageError`: `'denied'` (rights, no credentials), `'misconfigured'` (no such bucket,
 * wrong region; credentials or a clock of this machine that cannot be used), `'unsupported'` (a service without
 * conditional requests) or `'unavailable'`; and `MissingPackageError` or `BetfairConfigurationError` if no client can
 * be created.
 */
export class S3Storage extends CloudStorage implements SessionStorage {
  /** @throws BetfairConfigurationError no bucket is named, or the endpoint is not a URL */
  constructor(options: S3StorageOptions) {
    assertNamed(options?.bucket, 'the S3 bucket of the session store', 's3://my-bucket');
    assertEndpoint(options.endpoint);
    const { bucket, prefix } = options;
    super({
      place: `S3 bucket "${bucket}"`,
      // Without the endpoint: mistaking two stores for one is safer than one for two.
      location: `s3://${bucket}`,
      prefix,
      // The environment or a profile may name another service than AWS, even without `endpoint`.
      conditionalWrites: 'probe',
      connect: () => connectS3(options),
      ...S3_WORDS,
    });
  }
}

function assertEndpoint(endpoint: string | undefined): void {
  if (endpoint === undefined) return;
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url && /^https?:/.test(url.protocol) && url.username === '' && url.password === '') return;
  throw new BetfairConfigurationError(
    'the endpoint of the S3 session store must be an http: or https: URL without credentials, such as https://s3.example.com.',
  );
}
