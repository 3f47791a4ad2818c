// Runs fleets of real processes against one store: `npm run test:fleet`. Arguments select scenarios by what their names
// contain; FLEET is the number of processes (50).
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Fleet } from './fleet.mjs';
import { scenarios } from './scenarios.mjs';

const ROOT = resolve(import.meta.dirname, '../..');
const size = Number(process.env.FLEET ?? 50);
const wanted = process.argv.slice(2);

/** Of its own, so that a run neither needs nor disturbs `dist`. */
function compile() {
  const build = mkdtempSync(join(tmpdir(), 'betfair-fleet-build-'));
  writeFileSync(join(build, 'package.json'), '{"type":"module"}');
  symlinkSync(join(ROOT, 'node_modules'), join(build, 'node_modules'));
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const options = ['-p', join(ROOT, 'tsconfig.build.json'), '--outDir', build];
  execFileSync(process.execPath, [tsc, ...options], { stdio: 'inherit' });
  return build;
}

async function run(build, scenario) {
  const fleet = await Fleet.create(build);
  try {
    const measured = await scenario(fleet, size);
    await fleet.close();
    assert.equal(fleet.simulator.banned(), false, "Betfair's ban was reached");
    assert.equal((await fleet.record()).holder, null, 'the lease was not given back');
    const { logins, loginAttempts, keepAlives, logouts } = fleet.simulator.counts;
    return { ...measured, logins, loginAttempts, keepAlives, logouts };
  } finally {
    await fleet.remove();
  }
}

const build = compile();
try {
  for (const [name, scenario] of Object.entries(scenarios)) {
    if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) continue;
    try {
      const measured = await run(build, scenario);
      const figures = Object.entries(measured).map(([key, value]) => `${key} ${value}`);
      console.log(`ok ${name} (${figures.join(', ')})`);
    } catch (error) {
      process.exitCode = 1;
      console.log(`not ok ${name}\n${String(error.stack).replaceAll(/^/gm, '    ')}`);
    }
  }
} finally {
  rmSync(build, { recursive: true });
}
