import base from '../../jest.config.mjs';

export default {
  ...base,
  rootDir: '../..',
  roots: ['<rootDir>/test/soak'],
  testRegex: '\\.soak\\.ts$',
  // The drivers are installed here only, and the library must find them.
  modulePaths: ['<rootDir>/test/soak/node_modules'],
};
