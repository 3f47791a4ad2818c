// What the store tests use of the SDKs beyond what the library does, for who compiles without them installed.

declare module '@aws-sdk/client-s3' {
  interface S3ClientConfig {
    credentials?: { accessKeyId: string; secretAccessKey: string };
  }
}

declare module '@aws-sdk/client-dynamodb' {
  export class DynamoDB {
    constructor(config: {
      region: string;
      endpoint: string;
      credentials: { accessKeyId: string; secretAccessKey: string };
    });
    createTable(input: object): Promise<unknown>;
    getItem(
      input: object,
      options: object,
    ): Promise<{ Item?: Record<string, { S?: string | undefined }> | undefined }>;
    putItem(input: object, options: object): Promise<unknown>;
    deleteItem(input: object, options: object): Promise<unknown>;
    destroy(): void;
  }
}

declare module 'mongodb' {
  export class MongoClient {
    constructor(url: string, options: { serverSelectionTimeoutMS: number });
    db(): {
      readonly databaseName: string;
      collection(
        name: string,
        options: object,
      ): {
        findOne(filter: object): Promise<{ value?: string; version?: string } | null>;
        insertOne(document: object): Promise<unknown>;
        updateOne(filter: object, update: object): Promise<{ matchedCount: number }>;
        deleteOne(filter: object): Promise<{ deletedCount: number }>;
      };
    };
    close(): Promise<void>;
  }
  export const BSON: {
    deserialize(bytes: Uint8Array): Record<string, unknown>;
    serialize(document: object): Uint8Array;
    EJSON: { stringify(value: unknown): string };
    Long: { ZERO: object };
  };
}

declare module '@azure/storage-blob' {
  export const ContainerSASPermissions: { parse(permissions: string): object };
  interface ContainerClient {
    create(): Promise<unknown>;
    generateSasUrl(options: { permissions: object; expiresOn: Date }): Promise<string>;
  }
}

declare module 'ioredis' {
  interface RedisOptions {
    maxRetriesPerRequest?: null;
  }
  interface Redis {
    ping(): Promise<unknown>;
    cluster(subcommand: 'INFO'): Promise<string>;
    monitor(): Promise<Redis>;
    on(event: 'monitor', listener: (time: string, args: string[]) => void): this;
  }
  export class Cluster {
    constructor(
      nodes: { host: string; port: number }[],
      options: { redisOptions: { username: string; password: string } },
    );
    on(event: 'error', listener: (error: Error) => void): this;
    disconnect(): void;
    call(command: string, ...args: (string | Buffer)[]): Promise<unknown>;
  }
}

declare module 'ioredis5' {
  export { Cluster } from 'ioredis';
  export class Redis {
    constructor(options: { port: number });
    disconnect(): void;
    call(command: string, ...args: (string | Buffer)[]): Promise<unknown>;
  }
}

declare module 'redis' {
  interface Client {
    on(event: 'error', listener: (error: Error) => void): this;
    connect(): Promise<unknown>;
    destroy(): void;
  }
  export function createClient(options: {
    socket: { host: string; port: number };
  }): Client & { sendCommand(args: readonly (string | Buffer)[]): Promise<unknown> };
  export function createCluster(options: {
    rootNodes: { socket: { host: string; port: number } }[];
    defaults?: { username: string; password: string };
  }): Client & {
    sendCommand(
      firstKey: string | Buffer | undefined,
      isReadonly: boolean,
      args: readonly (string | Buffer)[],
    ): Promise<unknown>;
  };
}
declare module 'pg' {
  interface PoolConfig {
    connectionString?: string;
  }
  interface PoolClient {
    query(text: string): Promise<unknown>;
    release(): void;
  }
  interface Pool {
    query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
  }
}

declare module '@electric-sql/pglite' {
  export class PGlite {
    static create(): Promise<PGlite>;
    exec(statements: string): Promise<unknown>;
    query(text: string, values: unknown[]): Promise<{ rows: unknown[] }>;
    close(): Promise<void>;
  }
}
