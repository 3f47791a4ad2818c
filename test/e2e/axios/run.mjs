// Runs an attached axios in every version that can be attached, beside the loggers that people use: `npm run test:axios`.
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { installIn } from '../../stores/install.mjs';

const HERE = import.meta.dirname;
const ROOT = resolve(HERE, '../../..');

installIn(HERE, 'the versions of axios and the loggers in test/e2e/axios (about 40 MB)');
const { status } = spawnSync(
  process.execPath,
  [
    '--disable-warning=ExperimentalWarning',
    '--experimental-vm-modules',
    join(ROOT, 'node_modules/jest/bin/jest.js'),
    `--config=${join(HERE, 'jest.config.mjs')}`,
    ...process.argv.slice(2),
  ],
  { cwd: ROOT, stdio: 'inherit' },
);
process.exitCode = status ?? 1;
