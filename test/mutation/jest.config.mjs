import base from '../../jest.config.mjs';

export default {
  ...base,
  rootDir: '../..',
  // Chosen by `run.mjs` for the file that is mutated, short and long ones.
  testRegex: process.env.MUTATION_SUITES,
  testPathIgnorePatterns: ['/node_modules/'],
  testSequencer: '<rootDir>/test/mutation/shortest-first.sequencer.mjs',
  testRunner: '<rootDir>/test/mutation/jest-circus.covering.mjs',
};
