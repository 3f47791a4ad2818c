// Compiles the package for the processes of a fleet.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isBuilt } from '../publish.mjs';

const ROOT = resolve(import.meta.dirname, '../../..');

/** Of its own, so that a run neither needs nor disturbs `dist`; where the SDKs of the stores are found. */
export function compile() {
  const modules = join(ROOT, 'test/e2e/stores/node_modules');
  mkdirSync(modules, { recursive: true });
  const build = mkdtempSync(join(modules, '.fleet-'));
  writeFileSync(join(build, 'package.json'), '{"type":"module"}');
  if (isBuilt) {
    cpSync(join(ROOT, 'dist/esm'), build, { recursive: true });
    return build;
  }
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const options = ['-p', join(ROOT, 'tsconfig.build.json'), '--outDir', build];
  execFileSync(process.execPath, [tsc, ...options], { stdio: 'inherit' });
  return build;
}
