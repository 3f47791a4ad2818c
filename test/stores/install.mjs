// The cloud SDKs and Azurite are too heavy for everyone's `npm ci`, so they are installed when first needed.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const HERE = import.meta.dirname;
const STAMP = join(HERE, 'node_modules/.installed');

/** Runs a command, and ends this process with its exit code unless it succeeds. */
export function run(command, parameters, cwd) {
  const { status, error } = spawnSync(command, parameters, { cwd, stdio: 'inherit' });
  if (error) console.error(String(error));
  if (status !== 0) process.exit(status ?? 1);
}

/** `npm ci`, unless this lockfile was installed already. */
export function installStores() {
  const lock = readFileSync(join(HERE, 'package-lock.json'), 'utf8');
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === lock) return;
  console.log('Installing the cloud SDKs and Azurite in test/stores (about 420 MB) ...');
  run('npm', ['ci', '--ignore-scripts', '--loglevel', 'error'], HERE);
  writeFileSync(STAMP, lock);
}
