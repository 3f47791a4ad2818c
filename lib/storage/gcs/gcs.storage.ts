import { assertNamed } from '../remote/remote.names.js';
import { CloudStorage } from '../cloud/cloud.storage.js';
import { connectGcs, gcsFault } from './gcs.client.js';
import type { GcsStorageOptions } from './gcs.options.js';

/**
 * Keeps sessions in a bucket of Google Cloud Storage (`storage: 'gs://bucket'`), by preconditions on the generation.
 * Needs the package `@google-cloud/storage` and the role "Storage Object User".
 *
 * Temporary failures (network, 429, 5xx) are tried again for a few seconds. If a write lost but exactly its value is
 * stored, its answer is taken for lost: put something unique into values that compete. The SDK keeps the connection of
 * an aborted request open for a while.
 *
 * Every operation throws `SessionStorageError`: `'denied'` (rights, no credentials), `'misconfigured'` (no such bucket;
 * credentials or a clock of this machine that cannot be used), `'unsupported'` or `'unavailable'`; and
 * `MissingPackageError` if the package is not installed.
 */
export class GcsStorage extends CloudStorage {
  /** @throws BetfairConfigurationError no bucket is named */
  constructor(options: GcsStorageOptions) {
    assertNamed(options?.bucket, 'the GCS bucket of the session store', 'gs://my-bucket');
    const { bucket, prefix } = options;
    super({
      place: `GCS bucket "${bucket}"`,
      location: `gs://${bucket}`,
      prefix,
      conditionalWrites: 'native',
      connect: () => connectGcs(options),
      faultOf: gcsFault,
      verdicts: {
        notFound: 'absent',
        noSuchBucket: 'misconfigured',
        noCredentials: 'anonymous',
        // Google's code for a request without credentials.
        required: 'anonymous',
        invalid_grant: 'denied',
        invalidTimeOfGrant: 'skewed',
        unusableCredentials: 'local',
        rateLimitExceeded: 'unavailable',
        userRateLimitExceeded: 'unavailable',
      },
      permissions: {
        read: 'storage.objects.get on the bucket, as in the role "Storage Object User"',
        write:
          'storage.objects.create on the bucket, and storage.objects.delete to replace, as in the role "Storage Object User"',
        delete: 'storage.objects.delete on the bucket, as in the role "Storage Object User"',
      },
      advice: {
        anonymous:
          'No credentials were found. Set GOOGLE_APPLICATION_CREDENTIALS, run gcloud auth application-default login, or give the machine a service account.',
        misconfigured: 'Check that the bucket exists, and check its name.',
        unavailable:
          'This is usually temporary. If it continues, check the network and the service.',
        unsupported:
          'It does not support conditional requests. Use a service that supports ifGenerationMatch, or another storage.',
      },
      credentials: { values: [], files: ['GOOGLE_APPLICATION_CREDENTIALS'] },
    });
  }
}
