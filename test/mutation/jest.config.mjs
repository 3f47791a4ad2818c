import base from '../../jest.config.mjs';

export default {
  ...base,
  rootDir: '../..',
  // Chosen by `run.mjs` for what is mutated: quick and long ones.
  roots: process.env.MUTATION_SUITES.split(',').map((folder) => `<rootDir>/${folder}`),
  testRegex: '\\.spec\\.ts$',
  // Stryker adds to it, and finds it by its name only.
  testEnvironment: 'node',
};
