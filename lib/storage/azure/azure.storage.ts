import { accountOf } from './azure.account.js';
import { azureFault, connectAzure } from './azure.client.js';
import { assertNamed } from '../remote/remote.names.js';
import { CloudStorage } from '../cloud/cloud.storage.js';

/** What is used of a `ContainerClient` of `@azure/storage-blob`, version 12. */
export interface AzureContainerClientLike {
  /** Name of the storage account. */
  readonly accountName: string;
  /** The blob of that name; sends nothing. */
  getBlockBlobClient(name: string): AzureBlobClientLike;
}

/** What is used of a `BlockBlobClient`. */
export interface AzureBlobClientLike {
  /** Reads the blob, with its version. */
  download(
    offset: number,
    count: undefined,
    options: AzureRequestOptions & { maxRetryRequests: number },
  ): Promise<{
    /** The version of what was read. */
    etag?: string | undefined;
    /** The content. */
    readableStreamBody?: NodeJS.ReadableStream | undefined;
  }>;
  /** Writes the blob, if the conditions hold. */
  upload(
    body: string,
    bytes: number,
    options: AzureRequestOptions & { blobHTTPHeaders: { blobContentType: string } },
  ): Promise<{
    /** The version that was written. */
    etag?: string | undefined;
  }>;
  /** Deletes the blob with its snapshots, if the conditions hold. */
  delete(options: AzureRequestOptions & { deleteSnapshots: 'include' }): Promise<unknown>;
}

/** Options of its requests. */
export interface AzureRequestOptions {
  /** Ends the request. */
  abortSignal?: AbortSignal;
  /** When the request may take effect. */
  conditions?: {
    /** The stored version is this one. */
    ifMatch?: string;
    /** `*`: nothing is stored. */
    ifNoneMatch?: string;
  };
}

/**
 * Options of {@link AzureBlobStorage}. Credentials come from the environment, by the names that Go Cloud reads, or with a
 * `client`: `AZURE_STORAGE_KEY`, else `AZURE_STORAGE_SAS_TOKEN`, else `AZURE_STORAGE_CONNECTION_STRING`, else the
 * `DefaultAzureCredential` of the package `@azure/identity`.
 */
export interface AzureBlobStorageOptions {
  /** Name of the container, which must exist. */
  readonly container: string;
  /** Put before every key, such as `betfair/`. Default none. */
  readonly prefix?: string | undefined;
  /** Name of the storage account. Default `AZURE_STORAGE_ACCOUNT`. */
  readonly storageAccount?: string | undefined;
  /** Default `AZURE_STORAGE_DOMAIN`, or `blob.core.windows.net`. */
  readonly domain?: string | undefined;
  /** Default `AZURE_STORAGE_PROTOCOL`, or `https`. */
  readonly protocol?: 'http' | 'https' | undefined;
  /** The account is in the path of URLs and not in the host. Default `AZURE_STORAGE_IS_LOCAL_EMULATOR`, or `false`. */
  readonly localEmulator?: boolean | undefined;
  /** A ready `ContainerClient`, in place of the other options but `prefix`. */
  readonly client?: AzureContainerClientLike | undefined;
}

/**
 * Keeps sessions in a container of Azure Blob Storage (`storage: 'azblob://container?storage_account=name'`), by
 * conditional requests. Needs the package `@azure/storage-blob` (and `@azure/identity`, where neither key, SAS token nor
 * connection string is given) and the role "Storage Blob Data Contributor".
 *
 * What may pass (network, 429, 5xx) is tried again for a few seconds. A write that lost, where exactly the offered value
 * is stored, counts as one of ours whose answer was lost: put something unique into values that compete.
 *
 * Every operation throws `SessionStorageError`: `'denied'` (rights, no credentials), `'misconfigured'` (no such
 * container; credentials or a clock of this machine that cannot be used), `'unsupported'` or `'unavailable'`; and
 * `MissingPackageError` or `BetfairConfigurationError` where no client can be made.
 */
export class AzureBlobStorage extends CloudStorage {
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
      faultOf: azureFault,
      verdicts: {
        BlobNotFound: 'absent',
        BlobAlreadyExists: 'conflict',
        ContainerNotFound: 'misconfigured',
        InvalidBlobType: 'misconfigured',
        LeaseIdMissing: 'denied',
        PublicAccessNotPermitted: 'denied',
        RequestDateRefused: 'skewed',
        AggregateAuthenticationError: 'anonymous',
        AuthenticationError: 'denied',
        AuthenticationRequiredError: 'anonymous',
        CredentialUnavailableError: 'anonymous',
        ConditionHeadersNotSupported: 'unsupported',
      },
      permissions: {
        read: 'the right to read blobs: the role "Storage Blob Data Contributor", or a key or SAS token with "r"',
        write:
          'the right to write blobs: the role "Storage Blob Data Contributor", or a key or SAS token with "c" and "w"',
        delete:
          'the right to delete blobs: the role "Storage Blob Data Contributor", or a key or SAS token with "d"',
      },
      advice: {
        anonymous:
          'No credentials were found: set AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN or AZURE_STORAGE_CONNECTION_STRING, sign in with the Azure CLI, or give the machine a managed identity.',
        misconfigured: 'Check that the container exists, its name and that of the account.',
        unavailable:
          'This is usually temporary; if not, check the network, the name of the account and the service.',
        unsupported:
          'It has no conditional requests. Use an account that knows them, or another storage.',
      },
      credentials: {
        values: [],
        files: ['AZURE_FEDERATED_TOKEN_FILE', 'AZURE_CLIENT_CERTIFICATE_PATH'],
      },
    });
  }
}
