import { accountOf } from './azure.account.js';
import { connectAzure } from './azure.client.js';
import { AZURE_WORDS } from './azure.errors.js';
import type { AzureBlobStorageOptions } from './azure.options.js';
import { assertNamed } from '../remote/remote.names.js';
import { CloudStorage } from '../cloud/cloud.storage.js';
import type { SessionStorage } from '../contract/session-storage.interface.js';

/**
 * Keeps sessions in a container of Azure Blob Storage (`storage: 'azblob://container?storage_account=name'`), by
 * conditional requests. Needs the package `@azure/storage-blob` (and `@azure/identity`, if neither key, SAS token nor
 * connection string is given) and the role "Storage Blob Data Contributor".
 *
 * Temporary failures (network, 429, 5xx) are tried again for a few seconds. A write that conflicts with exactly its own
 * value counts as done, because its answer may have been lost: values of different writers must differ.
 *
 * Every operation throws `SessionStorageError`: `'denied'` (rights, no credentials), `'misconfigured'` (no such
 * container; credentials or a clock of this machine that cannot be used), `'unsupported'` or `'unavailable'`; and
 * `MissingPackageError` or `BetfairConfigurationError` if no client can be created.
 */
export class AzureBlobStorage extends CloudStorage implements SessionStorage {
  /** @throws BetfairConfigurationError no container or no account is named */
  constructor(options: AzureBlobStorageOptions) {
    assertNamed(
      options?.container,
      'the Azure container of the session store',
      'azblob://my-container',
    );
    const { container, prefix, client } = options;
    const source = client ?? accountOf(options, process.env);
    super({
      place: `Azure container "${container}"`,
      location: `azblob://${source.accountName}/${container}`,
      prefix,
      conditionalWrites: 'native',
      connect: () => connectAzure(container, source),
      ...AZURE_WORDS,
    });
  }
}
