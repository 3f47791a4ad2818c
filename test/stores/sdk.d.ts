// What the store tests use of the SDKs beyond what the library does, for who compiles without them installed.

declare module '@aws-sdk/client-s3' {
  interface S3ClientConfig {
    credentials?: { accessKeyId: string; secretAccessKey: string };
  }
}

declare module '@azure/storage-blob' {
  export const ContainerSASPermissions: { parse(permissions: string): object };
  interface ContainerClient {
    create(): Promise<unknown>;
    generateSasUrl(options: { permissions: object; expiresOn: Date }): Promise<string>;
  }
}
