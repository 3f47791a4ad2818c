import base from '../../jest.config.mjs';

/** Suites that start processes, or use what is built. */
export default {
  ...base,
  rootDir: '../..',
  roots: ['<rootDir>/test/e2e'],
  testRegex: '\\.e2e-spec\\.ts$',
  // Those install packages of their own, and have a configuration of their own.
  testPathIgnorePatterns: [
    '/node_modules/',
    '<rootDir>/test/e2e/(axios|clients|observe|stores|consumers)/',
  ],
};
