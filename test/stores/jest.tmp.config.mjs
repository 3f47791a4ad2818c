import base from '../../jest.config.mjs';

export default {
  ...base,
  rootDir: '../..',
  roots: ['<rootDir>/test/stores'],
  testRegex: '\\.store-spec\\.ts$',
  testPathIgnorePatterns: ['/node_modules/'],
  // The SDKs are installed here only, and the library must find them.
  modulePaths: ['/tmp/st8/node_modules'],
  testTimeout: 30_000,
};
