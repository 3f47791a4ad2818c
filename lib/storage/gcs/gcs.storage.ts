import { assertNamed } from '../remote/remote.names.js';
import { CloudStorage } from '../cloud/cloud.storage.js';
import { connectGcs } from './gcs.client.js';
import { GCS_WORDS } from './gcs.errors.js';
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
      ...GCS_WORDS,
    });
  }
}
