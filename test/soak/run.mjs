// Runs the soak at full speed: `npm run soak:real`. Redis and PostgreSQL take part if they are on this machine and their
// drivers can be installed; else it says why they do not.
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { isInstalledIn } from '../e2e/stores/install.mjs';
import { missingPostgres } from '../e2e/stores/postgres.server.mjs';
import { missingRedis } from '../e2e/stores/servers.mjs';

const HERE = import.meta.dirname;
const ROOT = resolve(HERE, '../..');
const NO_DRIVERS =
  '!!! NOT RUN: what needs Redis or PostgreSQL, because npm could not install their drivers in test/soak !!!';

const hasDrivers = isInstalledIn(HERE, 'the drivers of Redis and PostgreSQL in test/soak (3 MB)');
const absent = hasDrivers ? { redis: missingRedis(), postgres: missingPostgres() } : {};
const servers = hasDrivers ? Object.keys(absent).filter((name) => absent[name] === undefined) : [];
const said = hasDrivers ? Object.values(absent).filter(Boolean) : [NO_DRIVERS];
const sayAbsent = () => said.forEach((why) => console.log(why));

const parameters = [
  '--disable-warning=ExperimentalWarning',
  '--expose-gc',
  '--experimental-vm-modules',
  join(ROOT, 'node_modules/jest/bin/jest.js'),
  `--config=${join(HERE, 'jest.config.mjs')}`,
  '-i',
  '--testRegex',
  'test/soak/full-speed\\.soak\\.ts$',
  ...process.argv.slice(2),
];
sayAbsent();
const { status } = spawnSync(process.execPath, parameters, {
  cwd: ROOT,
  stdio: 'inherit',
  env: { ...process.env, SOAK_SERVERS: servers.join(',') },
});
sayAbsent();
process.exitCode = status ?? 1;
