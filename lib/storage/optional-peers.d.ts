/*
 * Parts of the SDKs and clients that the stores use, so that this package compiles without them. `npm run test:stores`
 * compiles the same code against the real ones. Not part of the published declarations.
 */

declare module '@aws-sdk/client-s3' {
  export interface S3ClientConfig {
    region?: string;
    endpoint?: string;
    forcePathStyle?: boolean;
    maxAttempts?: number;
    requestHandler?: {
      connectionTimeout?: number;
      requestTimeout?: number;
      throwOnRequestTimeout?: boolean;
    };
    requestChecksumCalculation?: 'WHEN_SUPPORTED' | 'WHEN_REQUIRED';
    responseChecksumValidation?: 'WHEN_SUPPORTED' | 'WHEN_REQUIRED';
  }
  export class S3Client {
    constructor(config: S3ClientConfig);
    readonly config: { region: () => Promise<string> };
    send(command: unknown, options?: { abortSignal?: AbortSignal }): Promise<unknown>;
    destroy(): void;
  }
  export const GetObjectCommand: new (input: { Bucket: string; Key: string }) => object;
  export const PutObjectCommand: new (input: {
    Bucket: string;
    Key: string;
    Body: string;
    ContentLength: number;
    ContentType: string;
    IfMatch?: string;
    IfNoneMatch?: string;
  }) => object;
  export const DeleteObjectCommand: new (input: {
    Bucket: string;
    Key: string;
    IfMatch: string;
  }) => object;
}

declare module '@azure/storage-blob' {
  export const StorageSharedKeyCredential: new (accountName: string, accountKey: string) => object;
  export class ContainerClient {
    constructor(
      urlOrConnectionString: string,
      credentialOrContainer: object | string | undefined,
      options: { retryOptions: { maxTries: number } },
    );
    readonly accountName: string;
    getBlockBlobClient(name: string): import('./azure/azure.options.js').AzureBlobClientLike;
  }
}

declare module '@azure/identity' {
  export interface GetTokenOptions {
    abortSignal?: object;
  }
  export class DefaultAzureCredential {
    getToken(scopes: string | string[], options?: GetTokenOptions): Promise<object>;
  }
}

declare module '@google-cloud/storage' {
  export class Storage {
    constructor(options: {
      apiEndpoint?: string;
      useAuthWithCustomEndpoint?: boolean;
      retryOptions?: { autoRetry: boolean };
    });
    baseUrl: string;
    bucket(name: string): {
      file(name: string): import('./gcs/gcs.options.js').GcsFileLike;
    };
  }
}

declare module 'ioredis' {
  export interface RedisOptions {
    host?: string;
    port?: number;
    username?: string;
    password?: string;
    tls?: import('node:tls').ConnectionOptions;
    lazyConnect?: boolean;
    connectTimeout?: number;
    socketTimeout?: number;
    retryStrategy?: ((times: number) => number) | null;
    enableOfflineQueue?: boolean;
    reconnectOnError?: (error: Error) => boolean;
    enableReadyCheck?: boolean;
    disableClientInfo?: boolean;
    protocol?: 2;
  }
  export class Redis {
    constructor(options: RedisOptions);
    readonly status: string;
    readonly stream: { unref(): unknown };
    on(event: 'error', listener: (error: unknown) => void): this;
    once(event: 'end', listener: () => void): this;
    connect(): Promise<void>;
    disconnect(): void;
    call(command: string, ...args: (string | Buffer)[]): Promise<unknown>;
    callBuffer(command: string, ...args: (string | Buffer)[]): Promise<unknown>;
  }
}

declare module 'pg' {
  export interface PoolConfig {
    host?: string | undefined;
    port?: number | undefined;
    database?: string | undefined;
    user?: string | undefined;
    password?: string | undefined;
    ssl?: boolean | import('node:tls').ConnectionOptions | undefined;
    application_name?: string | undefined;
    statement_timeout?: number | undefined;
    max?: number | undefined;
    connectionTimeoutMillis?: number | undefined;
    idleTimeoutMillis?: number | undefined;
    allowExitOnIdle?: boolean | undefined;
    keepAlive?: boolean | undefined;
  }
  export interface PoolClient {
    query(text: string, values: unknown[]): Promise<{ rows: unknown[] }>;
    on(event: 'error', listener: () => void): unknown;
    off(event: 'error', listener: () => void): unknown;
    release(destroy: boolean): void;
  }
  export class Pool {
    constructor(config: PoolConfig);
    on(event: 'error', listener: () => void): unknown;
    connect(): Promise<PoolClient>;
    end(): Promise<void>;
  }
  const pg: { Pool: typeof Pool };
  export default pg;
}
