import type { StorageDriver } from '../contract/storage.driver.js';
import { PostgresStorage } from './postgres.storage.js';

export const postgresDriver: StorageDriver = {
  schemes: ['postgres:', 'postgresql:'],
  examples: ['postgres://host/database'],
  packages: ['pg'],
  create: (url) => new PostgresStorage({ url }),
};
