import base from '../../../jest.config.mjs';

export default {
  ...base,
  rootDir: '../../..',
  roots: ['<rootDir>/test/e2e/observe'],
  testRegex: '\\.e2e-spec\\.ts$',
  testPathIgnorePatterns: ['/node_modules/'],
  // It is installed here only.
  modulePaths: ['<rootDir>/test/e2e/observe/node_modules'],
};
