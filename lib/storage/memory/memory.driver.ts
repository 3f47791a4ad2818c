import { BetfairConfigurationError } from '../../errors/configuration.errors.js';
import type { StorageDriver } from '../contract/storage.driver.js';
import { readParameters, type UrlRules } from '../contract/storage.url.js';
import { MemoryStorage } from './memory.storage.js';

const RULES: UrlRules = { example: 'mem://', known: [], ignored: ['nomd5', 'prefix'] };

export const memoryDriver: StorageDriver = {
  schemes: ['mem:'],
  examples: ['mem://'],
  packages: [],
  create(url, onIgnored) {
    const parameters = /^mem:\/\/(?:\?(.*))?$/i.exec(url);
    if (parameters === null) {
      throw new BetfairConfigurationError(
        'the mem: URL must not contain a name. Write it as mem://.',
      );
    }
    readParameters('the mem: URL', new URLSearchParams(parameters[1]), RULES, onIgnored);
    // Each URL opens its own memory, which no other service can reach.
    return new MemoryStorage({ shared: false });
  },
};
