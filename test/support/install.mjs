import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** `npm ci` in a folder with a lockfile of its own, unless that lockfile was installed already. */
export function installIn(folder, what, size) {
  const lock = readFileSync(join(folder, 'package-lock.json'), 'utf8');
  const stamp = join(folder, 'node_modules/.installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.log(`Installing ${what} in ${relative('', folder)} (${size}) ...`);
  const { status, error } = spawnSync('npm', ['ci', '--ignore-scripts', '--loglevel', 'error'], {
    cwd: folder,
    stdio: 'inherit',
  });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(stamp, lock);
}
