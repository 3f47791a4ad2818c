import { assertNamed } from '../remote/remote.names.js';
import { CloudStorage } from '../cloud/cloud.storage.js';
import type { SessionStorage } from '../contract/session-storage.interface.js';
import { connectGcs } from './gcs.client.js';
import { GCS_WORDS } from './gcs.errors.js';
import type { GcsStorageOptions } from './gcs.options.js';

/**
 * Keeps sessions in a bucket of Google Cloud Storage (`storage: 'gs://bucket'`), by preconditions on the generation.
 * Needs the package `@google-cloud/storage` and the role "Storage Object User".
 *
 * Temporary failures (network, 429, 5xx) are tried again for a few seconds. A write that conflicts with exactly its own
 * value counts as done, because its answer may have been lost: values of different writers must differ.
 * The SDK keeps the connection of an aborted request open for a while.
 *
 * Every operation throws `SessionStorageError`: `'denied'` (rights, no credentials), `'misconfigured'` (no such bucket;
 * credentials or a clock of this machine that cannot be used), `'unsupported'` or `'unavailable'`; and
 * `MissingPackageError` if the package is not installed.
 */
export class GcsStorage extends CloudStorage implements SessionStorage {
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
