import base from '../../../jest.config.mjs';

export default {
  ...base,
  rootDir: '../../..',
  roots: ['<rootDir>/test/e2e/telemetry'],
  testRegex: '\\.e2e-spec\\.ts$',
  testPathIgnorePatterns: ['/node_modules/'],
};
