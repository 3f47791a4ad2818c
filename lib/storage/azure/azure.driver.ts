import { readCloudUrl } from '../cloud/cloud.url.js';
import type { StorageDriver } from '../contract/storage.driver.js';
import { choice, flag, type UrlRules } from '../contract/storage.url.js';
import { AzureBlobStorage } from './azure.storage.js';

const RULES: UrlRules = {
  example: 'azblob://my-container?storage_account=name',
  known: ['storage_account', 'domain', 'protocol', 'localemu', 'prefix'],
  ignored: [],
  elsewhere: { cdn: 'a cache between the processes must not answer for the store' },
};

export const azureBlobDriver: StorageDriver = {
  schemes: ['azblob:'],
  examples: ['azblob://container'],
  packages: ['@azure/storage-blob', '@azure/identity'],
  create(url, onIgnored) {
    const { name, parameters } = readCloudUrl(url, RULES, onIgnored);
    return new AzureBlobStorage({
      container: name,
      prefix: parameters.get('prefix'),
      storageAccount: parameters.get('storage_account'),
      domain: parameters.get('domain'),
      protocol: choice(parameters, 'protocol', ['http', 'https']),
      localEmulator: flag(parameters, 'localemu'),
    });
  },
};
