import { readCloudUrl } from '../cloud/cloud.url.js';
import type { StorageDriver } from '../contract/storage.driver.js';
import type { UrlRules } from '../contract/storage.url.js';
import { GcsStorage } from './gcs.storage.js';

const RULES: UrlRules = {
  example: 'gs://my-bucket?prefix=betfair/',
  known: ['prefix'],
  // These are for signed URLs, which are not used here.
  ignored: ['access_id', 'private_key_path'],
  elsewhere: {
    anonymous: 'a session that anybody can read must not be stored, so credentials are needed',
  },
};

export const gcsDriver: StorageDriver = {
  schemes: ['gs:'],
  examples: ['gs://bucket'],
  packages: ['@google-cloud/storage'],
  create(url, onIgnored) {
    const { name, parameters } = readCloudUrl(url, RULES, onIgnored);
    return new GcsStorage({ bucket: name, prefix: parameters.get('prefix') });
  },
};
