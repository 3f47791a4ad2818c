import type { StorageDriver } from '../contract/storage.driver.js';
import { RedisStorage } from './redis.storage.js';

export const redisDriver: StorageDriver = {
  schemes: ['redis:', 'rediss:'],
  examples: ['redis://host:6379', 'rediss://host:6379'],
  packages: ['ioredis'],
  create: (url) => new RedisStorage({ url }),
};
