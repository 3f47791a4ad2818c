/** What is used of an `S3Client` of `@aws-sdk/client-s3`, version 3. */
export interface S3ClientLike {
  /** Sends a command of the SDK. */
  send(command: unknown, options?: { abortSignal?: AbortSignal }): Promise<unknown>;
}

/** Options of {@link S3Storage}. Credentials come from the SDK's own chain, or with a `client`. */
export interface S3StorageOptions {
  /** Name of the bucket, which must exist. */
  readonly bucket: string;
  /** Put before every key, such as `betfair/`. Default none. */
  readonly prefix?: string | undefined;
  /** Region of the bucket. Default: the SDK's own (`AWS_REGION`, profile). */
  readonly region?: string | undefined;
  /** URL of an S3-compatible service. Default: AWS. */
  readonly endpoint?: string | undefined;
  /** Put the bucket into the path of URLs and not into the host, as most S3-compatible services want. Default `false`. */
  readonly usePathStyle?: boolean | undefined;
  /** A ready `S3Client`, in place of `region`, `endpoint` and `usePathStyle`. It is yours to close. */
  readonly client?: S3ClientLike | undefined;
}
