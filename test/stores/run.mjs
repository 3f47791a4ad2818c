// Runs the stores in clouds and in Redis, and the recipes of docs/stores.md, against servers on this machine. The SDKs and servers are installed when first needed.
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { installStores, run } from './install.mjs';
import { missingMoto, missingRedis } from './servers.mjs';

const HERE = import.meta.dirname;
const ROOT = resolve(HERE, '../..');

installStores();
// The library is written against declarations of its own; here are the SDKs' real ones.
run(
  process.execPath,
  [join(ROOT, 'node_modules/typescript/bin/tsc'), '--noEmit', '-p', HERE],
  ROOT,
);

const missing = [
  { why: missingMoto(), suites: '(s3|dynamodb)' },
  { why: missingRedis(), suites: 'redis[^/]*' },
].filter(({ why }) => why !== undefined);
const report = () => missing.forEach(({ why }) => console.log(why));
const parameters = [
  '--disable-warning=ExperimentalWarning',
  '--experimental-vm-modules',
  join(ROOT, 'node_modules/jest/bin/jest.js'),
  `--config=${join(HERE, 'jest.config.mjs')}`,
  ...process.argv.slice(2),
  // Last, because it takes every name that follows.
  ...missing.map(({ suites }) => `--testPathIgnorePatterns=/${suites}\\.store-spec`),
];
report();
const { status } = spawnSync(process.execPath, parameters, { cwd: ROOT, stdio: 'inherit' });
report();
process.exitCode = status ?? 1;
