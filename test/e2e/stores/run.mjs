// Runs the stores in clouds and databases, and the recipes of docs/storage/recipes.md, against servers on this machine. The SDKs and servers are installed when first needed.
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { installStores, run } from './install.mjs';
import { missingPgBouncer, missingPostgres } from './postgres.server.mjs';
import { missingMoto, missingRedis } from './servers.mjs';

const HERE = import.meta.dirname;
const ROOT = resolve(HERE, '../../..');

installStores();
// The library is written against declarations of its own; here are the SDKs' real ones.
run(
  process.execPath,
  [join(ROOT, 'node_modules/typescript/bin/tsc'), '--noEmit', '-p', HERE],
  ROOT,
);

const absent = [
  { why: missingMoto(), suites: ['s3', 'dynamodb'] },
  { why: missingRedis(), suites: ['redis[^/]*'] },
  { why: missingPostgres(), suites: ['postgres[^/]*'] },
  // Its tests skip themselves.
  { why: missingPgBouncer(), suites: [] },
].filter(({ why }) => why !== undefined);
const notRun = absent.flatMap(({ suites }) => suites);
const sayAbsent = () => absent.forEach(({ why }) => console.log(why));

const parameters = [
  '--disable-warning=ExperimentalWarning',
  '--experimental-vm-modules',
  join(ROOT, 'node_modules/jest/bin/jest.js'),
  `--config=${join(HERE, 'jest.config.mjs')}`,
  ...process.argv.slice(2),
  // Last, because it takes every name that follows.
  ...(notRun.length > 0 ? [`--testPathIgnorePatterns=/(${notRun.join('|')})\\.store-spec`] : []),
];
sayAbsent();
const { status } = spawnSync(process.execPath, parameters, { cwd: ROOT, stdio: 'inherit' });
sayAbsent();
process.exitCode = status ?? 1;
