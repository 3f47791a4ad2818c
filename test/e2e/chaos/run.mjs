// Chaos among real processes on files: `npm run test:chaos`. Arguments select rounds by what their names contain.
// CHAOS_SECONDS is the length of a round (60), CHAOS_SEED repeats what was done to the processes.
import { rmSync } from 'node:fs';
import { compile } from '../fleet/build.mjs';
import { Fleet } from '../fleet/fleet.mjs';
import { SeededRandom, seedFrom } from '../../support/random.mjs';
import { planRound, rounds } from './plan.mjs';
import { runRound } from './round.mjs';
import { judge } from './verdict.mjs';

const SECONDS = Number(process.env.CHAOS_SECONDS ?? 60);
const SEED = seedFrom('CHAOS_SEED');
const wanted = process.argv.slice(2);

console.log(`CHAOS_SEED=${SEED}`);
const build = compile();
try {
  for (const [name, kinds] of Object.entries(rounds)) {
    if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) continue;
    // One of its own for each, so that a round alone is the same as among others.
    const random = new SeededRandom(SEED);
    const fleet = await Fleet.create(build);
    try {
      const round = await runRound(fleet, planRound(random, kinds, SECONDS), random);
      const { faults, figures } = judge(round, fleet.simulator);
      console.log(`${faults.length === 0 ? 'ok' : 'not ok'} chaos: ${name}, ${SECONDS} s`);
      for (const [figure, value] of Object.entries(figures)) console.log(`    ${figure}: ${value}`);
      if (faults.length > 0) {
        process.exitCode = 1;
        const lines = [...faults.map((fault) => `FAULT ${fault}`), ...round.ledger.timeline];
        console.log(lines.map((line) => `    ${line}`).join('\n'));
      }
    } catch (error) {
      process.exitCode = 1;
      console.log(`not ok chaos: ${name}\n${String(error.stack).replaceAll(/^/gm, '    ')}`);
    } finally {
      await fleet.remove();
    }
  }
} finally {
  rmSync(build, { recursive: true });
}
