import base from '../../../jest.config.mjs';

export default {
  ...base,
  rootDir: '../../..',
  roots: ['<rootDir>/test/e2e/clients'],
  testRegex: '\\.e2e-spec\\.ts$',
  testPathIgnorePatterns: ['/node_modules/'],
  // The clients are installed here only.
  modulePaths: ['<rootDir>/test/e2e/clients/node_modules'],
};
