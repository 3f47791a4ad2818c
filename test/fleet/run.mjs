// Runs fleets of real processes: `npm run test:fleet`. Arguments select scenarios by what their names contain. FLEET is
// the number of processes (50; 20 on stores in clouds), FLEET_RESULTS a file for the results as JSON.
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { installStores } from '../stores/install.mjs';
import { missingMoto } from '../stores/servers.mjs';
import { compile } from './build.mjs';
import { Fleet } from './fleet.mjs';
import { files, outages, shared, unsupported } from './scenarios.mjs';

const SIZE = Number(process.env.FLEET ?? 50);
const ON_CLOUDS = Math.min(SIZE, 20);
const wanted = process.argv.slice(2);

function* plan() {
  const groups = [
    { store: 'file', size: SIZE, scenarios: { ...shared, ...files } },
    { store: 's3', size: ON_CLOUDS, scenarios: { ...shared, ...outages } },
    { store: 's3-like', size: ON_CLOUDS, scenarios: unsupported },
    { store: 'azure', size: ON_CLOUDS, scenarios: shared },
  ];
  for (const { store, size, scenarios } of groups) {
    for (const [title, scenario] of Object.entries(scenarios)) {
      const name = `${store}: ${title}`;
      const isWanted = wanted.length === 0 || wanted.some((part) => name.includes(part));
      if (isWanted) yield { name, store, size, scenario };
    }
  }
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

const missing = missingMoto();
const runs = [...plan()].filter(({ store }) => !store.startsWith('s3') || missing === undefined);
if (runs.some(({ store }) => store !== 'file')) installStores();
const results = [];
const build = compile();
try {
  for (const planned of runs) {
    const { name } = planned;
    try {
      const measured = await run(build, planned);
      const figures = Object.entries(measured).map(([key, value]) => `${key} ${value}`);
      results.push({ name, ok: true, measured });
      console.log(`ok ${name} (${figures.join(', ')})`);
    } catch (error) {
      process.exitCode = 1;
      results.push({ name, ok: false });
      console.log(`not ok ${name}\n${String(error.stack).replaceAll(/^/gm, '    ')}`);
    }
  }
} finally {
  rmSync(build, { recursive: true });
}
if (missing) console.log(missing);
if (process.env.FLEET_RESULTS) {
  writeFileSync(process.env.FLEET_RESULTS, JSON.stringify(results, undefined, 2));
}
