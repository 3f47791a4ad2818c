// Tests the tests: `npm run test:mutation -- lib/common/pauses.ts lib/login`. Stryker changes these files, folders or
// globs in one place at a time, and expects a test to fail. It runs the suites in the folder of `test` that mirrors
// each, and writes .stryker/mutation.html and .stryker/mutation.json. A folder alone has its row of report.md written.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { installIn } from '../e2e/stores/install.mjs';
import { report } from './report.mjs';

const HERE = import.meta.dirname;
const ROOT = resolve(HERE, '../..');
/** The first Node that Stryker runs on. */
const OLDEST = 22;

/** Returns this Node if it is new enough, otherwise the one installed beside Stryker. */
function node() {
  if (Number.parseInt(process.versions.node, 10) >= OLDEST) return process.execPath;
  const { platform, arch } = process;
  const installed = join(HERE, `node_modules/node-${platform}-${arch}/bin/node`);
  if (existsSync(installed)) return installed;
  console.error(`Stryker needs Node ${OLDEST} or newer. Run this with one.`);
  return process.exit(1);
}

const REPORT = join(ROOT, '.stryker/mutation.json');

const isFolder = (path) =>
  statSync(join(ROOT, path), { throwIfNoEntry: false })?.isDirectory() ?? false;

/** Finds the folder in `test` that mirrors a path in `lib`, or the nearest above it. */
function suitesOf(path) {
  let folder = path.replace(/^lib/, 'test').replace(/\/[^/]*\*.*$/, '');
  while (!isFolder(folder)) folder = dirname(folder);
  return folder;
}

const paths = process.argv.slice(2).map((path) => path.replace(/\/$/, ''));
if (paths.length === 0 || !paths.every((path) => /^lib(\/|$)/.test(path))) {
  console.error('Say what to change in lib: npm run test:mutation -- lib/common/pauses.ts');
  process.exit(1);
}
rmSync(REPORT, { force: true });
installIn(HERE, 'the mutation tester in test/mutation (about 250 MB)');
const files = paths.map((path) => (isFolder(path) ? `${path}/**/*.ts` : path));
const stryker = join(HERE, 'node_modules/@stryker-mutator/core/bin/stryker.js');
const config = join(HERE, 'stryker.config.mjs');
const { status } = spawnSync(node(), [stryker, 'run', config, '--mutate', files.join(',')], {
  cwd: ROOT,
  stdio: 'inherit',
  env: { ...process.env, MUTATION_SUITES: paths.map(suitesOf).join(',') },
});
process.exitCode = status ?? 1;
const [folder, ...others] = paths;
if (others.length === 0 && isFolder(folder) && existsSync(REPORT)) await report(folder, REPORT);
