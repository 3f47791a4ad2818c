/** Part that is used of a `ContainerClient` of `@azure/storage-blob`, version 12. */
export interface AzureContainerClientLike {
  /** Name of the storage account. */
  readonly accountName: string;
  /** Returns the blob of that name; sends nothing. */
  getBlockBlobClient(name: string): AzureBlobClientLike;
}

/** Part that is used of a `BlockBlobClient`. */
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

/** Options of the requests of a {@link AzureBlobClientLike}. */
export interface AzureRequestOptions {
  /** Ends the request. */
  abortSignal?: AbortSignal;
  /** Conditions under which the request takes effect. */
  conditions?: {
    /** The stored version is this one. */
    ifMatch?: string;
    /** `*`: nothing is stored. */
    ifNoneMatch?: string;
  };
}

/**
 * Options of {@link AzureBlobStorage}. Credentials come with a `client`, or from the environment, with the names of Go
 * Cloud: `AZURE_STORAGE_KEY`, else `AZURE_STORAGE_SAS_TOKEN`, else `AZURE_STORAGE_CONNECTION_STRING`, else the
 * `DefaultAzureCredential` of the package `@azure/identity`.
 */
export interface AzureBlobStorageOptions {
  /** Name of the container, which must exist. */
  readonly container: string;
  /** Prefix of every key, such as `betfair/`. Default: none. */
  readonly prefix?: string | undefined;
  /** Name of the storage account. Default: `AZURE_STORAGE_ACCOUNT`. */
  readonly storageAccount?: string | undefined;
  /** Domain of the service. Default: `AZURE_STORAGE_DOMAIN`, or `blob.core.windows.net`. */
  readonly domain?: string | undefined;
  /** Protocol of the service. Default: `AZURE_STORAGE_PROTOCOL`, or `https`. */
  readonly protocol?: 'http' | 'https' | undefined;
  /**
   * Puts the account into the path of URLs and not into the host. Default: `AZURE_STORAGE_IS_LOCAL_EMULATOR`, or
   * `false`.
   */
  readonly localEmulator?: boolean | undefined;
  /** A ready `ContainerClient`, instead of all other options except `prefix`. */
  readonly client?: AzureContainerClientLike | undefined;
}
