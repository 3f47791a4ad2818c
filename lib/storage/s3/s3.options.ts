/** Part that is used of an `S3Client` of `@aws-sdk/client-s3`, version 3. */
export interface S3ClientLike {
  /** Sends a command of the SDK. */
  send(command: unknown, options?: { abortSignal?: AbortSignal }): Promise<unknown>;
}

/** Options of {@link S3Storage}. Credentials come from the SDK's own chain, or with a `client`. */
export interface S3StorageOptions {
  /** Name of the bucket, which must exist. */
  readonly bucket: string;
  /** Prefix of every key, such as `betfair/`. Default: none. */
  readonly prefix?: string | undefined;
  /** Region of the bucket. Default: the SDK's own (`AWS_REGION`, profile). */
  readonly region?: string | undefined;
  /** URL of an S3-compatible service. Default: AWS. */
  readonly endpoint?: string | undefined;
  /**
   * Puts the bucket into the path of URLs and not into the host, as most S3-compatible services need. Default: `false`.
   */
  readonly usePathStyle?: boolean | undefined;
  /** A ready `S3Client`, instead of `region`, `endpoint` and `usePathStyle`. You close it. */
  readonly client?: S3ClientLike | undefined;
}
