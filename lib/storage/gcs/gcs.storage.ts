import { assertNamed } from '../remote/remote.names.js';
import { CloudStorage } from '../cloud/cloud.storage.js';
import { connectGcs, gcsFault } from './gcs.client.js';
import type { GcsStorageOptions } from './gcs.options.js';

/**
 * Keeps sessions in a bucket of Google Cloud Storage (`storage: 'gs://bucket'`), by preconditions on the generation.
 * Needs the package `@google-cloud/storage` and the role "Storage Object User".
 *
 * What may pass (network, 429, 5xx) is tried again for a few seconds. A write that lost, where exactly the offered value
 * is stored, counts as one of ours whose answer was lost: put something unique into values that compete. Of requests that
 * end early the SDK closes the connection only later.
 *
 * Every operation throws `SessionStorageError`: `'denied'` (rights, no credentials), `'misconfigured'` (no such bucket;
 * credentials or a clock of this machine that cannot be used), `'unsupported'` or `'unavailable'`; and
 * `MissingPackageError` where the package is not installed.
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
        // Google's word for a request that came without credentials.
        required: 'anonymous',
        invalid_grant: 'denied',
        invalidTimeOfGrant: 'skewed',
        unusableCredentials: 'local',
        rateLimitExceeded: 'unavailable',
        userRateLimitExceeded: 'unavailable',
      },
      permissions: {
        read: 'storage.objects.get on the bucket, as the role "Storage Object User" has it',
        write:
          'storage.objects.create on the bucket, and storage.objects.delete to replace, as the role "Storage Object User" has them',
        delete: 'storage.objects.delete on the bucket, as the role "Storage Object User" has it',
      },
      advice: {
        anonymous:
          'No credentials were found: name them by GOOGLE_APPLICATION_CREDENTIALS, run gcloud auth application-default login, or give the machine a service account.',
        misconfigured: 'Check that the bucket exists, and its name.',
        unavailable: 'This is usually temporary; if not, check the network and the service.',
        unsupported:
          'It has no conditional requests. Use a service that knows ifGenerationMatch, or another storage.',
      },
      credentials: { values: [], files: ['GOOGLE_APPLICATION_CREDENTIALS'] },
    });
  }
}
