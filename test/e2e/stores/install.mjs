// The cloud SDKs, the drivers of the recipes and Azurite are too heavy for everyone's `npm ci`, so they are installed when first needed.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Runs a command; tells if it succeeded. */
function succeeds(command, parameters, cwd) {
  const { status, error } = spawnSync(command, parameters, { cwd, stdio: 'inherit' });
  if (error) console.error(String(error));
  return status === 0;
}

/** Runs a command, and ends this process unless it succeeds. */
export function run(command, parameters, cwd) {
  if (!succeeds(command, parameters, cwd)) process.exit(1);
}

/** `npm ci` in a folder with a lockfile of its own, unless that lockfile was installed already; tells if all is there. */
export function isInstalledIn(folder, what) {
  const lock = readFileSync(join(folder, 'package-lock.json'), 'utf8');
  const stamp = join(folder, 'node_modules/.installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return true;
  console.log(`Installing ${what} ...`);
  if (!succeeds('npm', ['ci', '--ignore-scripts', '--loglevel', 'error'], folder)) return false;
  writeFileSync(stamp, lock);
  return true;
}

/** The same, and ends this process unless all is there. */
export function installIn(folder, what) {
  if (!isInstalledIn(folder, what)) process.exit(1);
}

export function installStores() {
  installIn(import.meta.dirname, 'the cloud SDKs and Azurite in test/e2e/stores (about 430 MB)');
}
