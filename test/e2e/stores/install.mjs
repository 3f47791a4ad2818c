// The cloud SDKs, the drivers of the recipes and Azurite are too heavy for everyone's `npm ci`, so they are installed when first needed.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Runs a command, and ends this process with its exit code unless it succeeds. */
export function run(command, parameters, cwd) {
  const { status, error } = spawnSync(command, parameters, { cwd, stdio: 'inherit' });
  if (error) console.error(String(error));
  if (status !== 0) process.exit(status ?? 1);
}

/** `npm ci` in a folder with a lockfile of its own, unless that lockfile was installed already. */
export function installIn(folder, what) {
  const lock = readFileSync(join(folder, 'package-lock.json'), 'utf8');
  const stamp = join(folder, 'node_modules/.installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.log(`Installing ${what} ...`);
  run('npm', ['ci', '--ignore-scripts', '--loglevel', 'error'], folder);
  writeFileSync(stamp, lock);
}

export function installStores() {
  installIn(import.meta.dirname, 'the cloud SDKs and Azurite in test/e2e/stores (about 430 MB)');
}
