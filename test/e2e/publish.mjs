import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

/** Whether `dist` is what the sources make, so that nothing is built again: the gate sets BUILT=1. */
export const isBuilt = process.env.BUILT === '1';

/** Builds what is published, and puts it into a folder as an installation would have done. */
export function publishInto(folder) {
  if (!isBuilt) execFileSync('npm', ['run', '--silent', 'build'], { cwd: ROOT, stdio: 'inherit' });
  const home = join(folder, 'node_modules/nestjs-betfair-session');
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home);
  copyFileSync(join(ROOT, 'package.json'), join(home, 'package.json'));
  cpSync(join(ROOT, 'dist'), join(home, 'dist'), { recursive: true });
}
