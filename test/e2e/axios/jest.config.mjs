import base from '../../../jest.config.mjs';

export default {
  ...base,
  rootDir: '../../..',
  roots: ['<rootDir>/test/e2e/axios'],
  testRegex: '\\.e2e-spec\\.ts$',
  testPathIgnorePatterns: ['/node_modules/'],
  // The versions of axios and the loggers are installed here only.
  modulePaths: ['<rootDir>/test/e2e/axios/node_modules'],
};
