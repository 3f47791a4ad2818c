import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';

/** A bucket in S3, as Go Cloud's `s3blob` uses it, here behind a prefix. */
export class S3Bucket {
  constructor(client, bucket, prefix) {
    this.client = client;
    this.bucket = bucket;
    this.prefix = prefix;
  }

  /** Go Cloud lists the bucket to learn that. */
  async isAccessible() {
    await this.#send(ListObjectsV2Command, { MaxKeys: 1 });
    return true;
  }

  async exists(key) {
    try {
      await this.#send(HeadObjectCommand, { Key: this.prefix + key });
      return true;
    } catch (error) {
      if (error.name === 'NotFound') return false;
      throw error;
    }
  }

  async readAll(key) {
    const { Body } = await this.#send(GetObjectCommand, { Key: this.prefix + key });
    return Body.transformToString();
  }

  async writeAll(key, text) {
    await this.#send(PutObjectCommand, { Key: this.prefix + key, Body: text });
  }

  #send(Command, parameters) {
    return this.client.send(new Command({ Bucket: this.bucket, ...parameters }));
  }
}
