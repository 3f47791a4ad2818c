// Runs fleets of real processes: `npm run test:fleet`. Arguments select scenarios by what their names contain. FLEET is
// the number of processes (50; 20 or 5 on stores with a server).
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { installStores } from '../stores/install.mjs';
import { missingPostgres } from '../stores/postgres.server.mjs';
import { missingMoto, missingRedis } from '../stores/servers.mjs';
import { compile } from './build.mjs';
import { Fleet } from './fleet.mjs';
import {
  coldStart,
  files,
  forgetful,
  holders,
  outages,
  httpOutages,
  shared,
  unsupported,
} from './scenarios.mjs';

const SIZE = Number(process.env.FLEET ?? 50);
const ON_SERVERS = Math.min(SIZE, 20);
/** For what differs little from files: each process takes a second to boot. */
const SMALL = Math.min(SIZE, 5);
const wanted = process.argv.slice(2);

function plan() {
  const groups = [
    { store: 'file', size: SIZE, scenarios: { ...coldStart, ...shared, ...holders, ...files } },
    {
      store: 's3',
      size: ON_SERVERS,
      scenarios: { ...coldStart, ...shared, ...httpOutages, ...outages },
    },
    { store: 's3-like', size: ON_SERVERS, scenarios: unsupported },
    { store: 'azure', size: ON_SERVERS, scenarios: { ...coldStart, ...shared } },
    { store: 'redis', size: ON_SERVERS, scenarios: coldStart },
    { store: 'redis', size: SMALL, scenarios: { ...shared, ...holders, ...outages } },
    { store: 'redis-memory', size: SMALL, scenarios: forgetful },
    { store: 'postgres', size: ON_SERVERS, scenarios: coldStart },
    { store: 'postgres', size: SMALL, scenarios: { ...shared, ...holders, ...outages } },
  ];
  return groups.flatMap(({ store, size, scenarios }) =>
    Object.entries(scenarios)
      .map(([title, scenario]) => ({ name: `${store}: ${title}`, store, size, scenario }))
      .filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part))),
  );
}

async function run(build, { store, size, scenario }) {
  const fleet = await Fleet.create(build, store);
  try {
    const measured = await scenario(fleet, size);
    await fleet.close();
    assert.equal(fleet.simulator.banned(), false, "Betfair's ban was reached");
    if (!fleet.storeIsGone) {
      // The rest of a pause after a login is left behind by a process that ends.
      const { holder } = await fleet.record();
      assert.ok((holder?.duration ?? 0) <= 3_000, 'the lease was not given back');
    }
    const { logins, loginAttempts, keepAlives, logouts } = fleet.simulator.counts;
    return { ...measured, logins, loginAttempts, keepAlives, logouts };
  } finally {
    await fleet.remove();
  }
}

const absent = [
  { why: missingMoto(), stores: ['s3', 's3-like'] },
  { why: missingRedis(), stores: ['redis', 'redis-memory'] },
  { why: missingPostgres(), stores: ['postgres'] },
].filter(({ why }) => why !== undefined);
const notRun = absent.flatMap(({ stores }) => stores);
const runs = plan().filter(({ store }) => !notRun.includes(store));
if (runs.some(({ store }) => store !== 'file')) installStores();
const build = compile();
try {
  for (const planned of runs) {
    const { name } = planned;
    const began = performance.now();
    try {
      const measured = await run(build, planned);
      const seconds = ((performance.now() - began) / 1_000).toFixed(1);
      const figures = Object.entries(measured).map(([key, value]) => `${key} ${value}`);
      console.log(`ok ${name} (${figures.join(', ')}) in ${seconds} s`);
    } catch (error) {
      process.exitCode = 1;
      console.log(`not ok ${name}\n${String(error.stack).replaceAll(/^/gm, '    ')}`);
    }
  }
} finally {
  rmSync(build, { recursive: true });
}
for (const { why } of absent) console.log(why);
