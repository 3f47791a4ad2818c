import base, { LENGTH } from '../../../jest.config.mjs';

export default {
  ...base,
  rootDir: '../../..',
  roots: ['<rootDir>/test/e2e/stores'],
  testRegex: `${LENGTH}\\.store-spec\\.ts$`,
  testPathIgnorePatterns: ['/node_modules/'],
  // The SDKs are installed here only, and the library must find them.
  modulePaths: ['<rootDir>/test/e2e/stores/node_modules'],
  globalSetup: '<rootDir>/test/e2e/stores/compile.setup.mjs',
  globalTeardown: '<rootDir>/test/e2e/stores/compile.teardown.mjs',
  testTimeout: 30_000,
};
