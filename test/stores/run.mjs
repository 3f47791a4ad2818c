// Runs the stores in clouds against servers on this machine. The SDKs and servers are installed when first needed.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const HERE = import.meta.dirname;
const ROOT = resolve(HERE, '../..');
const STAMP = join(HERE, 'node_modules/.installed');

/** Runs a command, and ends with its exit code unless it succeeds. */
function run(command, parameters, cwd = ROOT) {
  const { status, error } = spawnSync(command, parameters, { cwd, stdio: 'inherit' });
  if (error) console.error(String(error));
  if (status !== 0) process.exit(status ?? 1);
}

/** `npm ci`, unless this lockfile was installed already. */
function install() {
  const lock = readFileSync(join(HERE, 'package-lock.json'), 'utf8');
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === lock) return;
  console.log('Installing the cloud SDKs and Azurite in test/stores (about 420 MB) ...');
  run('npm', ['ci', '--ignore-scripts', '--loglevel', 'error'], HERE);
  writeFileSync(STAMP, lock);
}

function isInstalled(command) {
  return spawnSync(command, ['--help'], { stdio: 'ignore' }).status === 0;
}

install();
// The library is written against declarations of its own; here are the SDKs' real ones.
run(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '--noEmit', '-p', HERE]);

const skipped = isInstalled('moto_server') ? [] : ['s3'];
const parameters = [
  '--disable-warning=ExperimentalWarning',
  '--experimental-vm-modules',
  join(ROOT, 'node_modules/jest/bin/jest.js'),
  `--config=${join(HERE, 'jest.config.mjs')}`,
  ...process.argv.slice(2),
  // Last, because it takes every name that follows.
  ...skipped.map((name) => `--testPathIgnorePatterns=/${name}\\.store-spec`),
];
const missing =
  '!!! NOT RUN: S3, because moto_server is not on this machine. To have it: pip install "moto[server,s3]" !!!';
if (skipped.length > 0) console.log(missing);
const { status } = spawnSync(process.execPath, parameters, { cwd: ROOT, stdio: 'inherit' });
process.exitCode = status ?? 1;
