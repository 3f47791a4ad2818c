import base from '../../../jest.config.mjs';

export default {
  ...base,
  rootDir: '../../..',
  roots: ['<rootDir>/test/e2e/observe'],
  testRegex: '\\.e2e-spec\\.ts$',
  testPathIgnorePatterns: ['/node_modules/'],
  // The monitor tells objects by their class, so it and Nest must be loaded where the application is.
  transformIgnorePatterns: ['/node_modules/'],
  transform: { '^.+\\.ts$': base.transform['^.+\\.ts$'] },
  // It is installed here only.
  modulePaths: ['<rootDir>/test/e2e/observe/node_modules'],
};
