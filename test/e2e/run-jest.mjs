// Runs the suites of a folder beside packages that are installed in that folder only, when first needed.
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { installIn } from './stores/install.mjs';

const ROOT = resolve(import.meta.dirname, '../..');

/** Installs `what` in the folder, runs jest with its configuration, and ends with its exit code. */
export function runJestIn(folder, what, parameters = process.argv.slice(2), env = {}) {
  installIn(folder, what);
  const { status } = spawnSync(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      '--experimental-vm-modules',
      join(ROOT, 'node_modules/jest/bin/jest.js'),
      `--config=${join(folder, 'jest.config.mjs')}`,
      ...parameters,
    ],
    { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...env } },
  );
  process.exitCode = status ?? 1;
}
