// Calls Betfair with the HTTP clients that people use, within `sessions.run()`: `npm run test:clients`. With
// `-- --update` it writes what it found into docs/clients.md.
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { installIn } from '../../stores/install.mjs';

const HERE = import.meta.dirname;
const ROOT = resolve(HERE, '../../..');
const parameters = process.argv.slice(2).filter((parameter) => parameter !== '--update');
const isUpdate = parameters.length < process.argv.length - 2;

installIn(HERE, 'the HTTP clients in test/e2e/clients (about 30 MB)');
const { status } = spawnSync(
  process.execPath,
  [
    '--disable-warning=ExperimentalWarning',
    '--experimental-vm-modules',
    join(ROOT, 'node_modules/jest/bin/jest.js'),
    `--config=${join(HERE, 'jest.config.mjs')}`,
    ...parameters,
  ],
  {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, ...(isUpdate && { UPDATE_DOCS: '1' }) },
  },
);
process.exitCode = status ?? 1;
