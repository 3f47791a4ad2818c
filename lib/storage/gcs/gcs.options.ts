/** Part that is used of a `Storage` of `@google-cloud/storage`, version 7 or 8. */
export interface GcsClientLike {
  /** Returns the bucket of that name; sends nothing. */
  bucket(name: string): {
    /** Returns the object of that name; sends nothing. */
    file(name: string): GcsFileLike;
  };
}

/** Part that is used of a `File`. */
export interface GcsFileLike {
  /** Metadata, which {@link save} fills in. */
  readonly metadata: {
    /** The version of the object. */
    readonly generation?: string | number | undefined;
  };
  /** Reads the object; the stream emits `response` with its headers first. */
  createReadStream(options: { validation: false }): NodeJS.ReadableStream & {
    /** Ends the request. */
    destroy(error?: Error): unknown;
  };
  /** Writes the object, if it has that generation (0: if there is none). */
  save(
    data: string,
    options: {
      resumable: false;
      validation: false;
      contentType: string;
      preconditionOpts: { ifGenerationMatch: string | number };
      timeout: number;
    },
  ): Promise<unknown>;
  /** Deletes the object, if it has that generation. */
  delete(options: { ifGenerationMatch: string }): Promise<unknown>;
}

/** Options of {@link GcsStorage}. Credentials are Google's application default credentials, or come with a `client`. */
export interface GcsStorageOptions {
  /** Name of the bucket, which must exist. */
  readonly bucket: string;
  /** Prefix of every key, such as `betfair/`. Default: none. */
  readonly prefix?: string | undefined;
  /**
   * URL of the service. Default: `STORAGE_EMULATOR_HOST` (host and port, or a URL; no credentials are sent to it), or
   * Google's.
   */
  readonly apiEndpoint?: string | undefined;
  /** A ready `Storage`, instead of `apiEndpoint`. */
  readonly client?: GcsClientLike | undefined;
}
