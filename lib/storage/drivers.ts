import { azureBlobDriver } from './azure/azure.driver.js';
import { fileDriver } from './file/file.driver.js';
import { gcsDriver } from './gcs/gcs.driver.js';
import { memoryDriver } from './memory/memory.driver.js';
import { redisDriver } from './redis/redis.driver.js';
import { postgresDriver } from './postgres/postgres.driver.js';
import { s3Driver } from './s3/s3.driver.js';
import type { StorageDriver } from './contract/storage.driver.js';

/** The back ends, in the order of messages and documentation. */
export const DRIVERS: readonly StorageDriver[] = [
  fileDriver,
  memoryDriver,
  s3Driver,
  azureBlobDriver,
  gcsDriver,
  redisDriver,
  postgresDriver,
];
