import { join } from 'node:path';
import base, { LENGTH } from '../../jest.config.mjs';

export default {
  ...base,
  rootDir: '../..',
  // Chosen by `run.mjs` for what is mutated: quick and long ones.
  roots: process.env.MUTATION_SUITES.split(',').map((folder) => `<rootDir>/${folder}`),
  testRegex: `${LENGTH}\\.spec\\.ts$`,
  runner: join(import.meta.dirname, 'runner.mjs'),
  // Stryker adds to it, and does not know what <rootDir> stands for.
  testEnvironment: join(import.meta.dirname, 'environment.mjs'),
};
