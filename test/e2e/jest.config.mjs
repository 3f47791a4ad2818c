import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import base, { LENGTH } from '../../jest.config.mjs';

const HERE = import.meta.dirname;

/** Folders that install packages of their own: a configuration and a command of their own run their suites. */
const OTHERS = readdirSync(HERE).filter((name) => existsSync(join(HERE, name, 'jest.config.mjs')));

/** Suites that start processes, or use what is built. */
export default {
  ...base,
  rootDir: '../..',
  roots: ['<rootDir>/test/e2e'],
  // One folder deep: deeper are the applications that install the package, and have suites of their own.
  testRegex: `test/e2e/[^/]+/[^/]+${LENGTH}\\.e2e-spec\\.ts$`,
  testPathIgnorePatterns: ['/node_modules/', `<rootDir>/test/e2e/(${OTHERS.join('|')})/`],
};
