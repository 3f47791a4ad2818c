// Does what README.md and docs/getting-started.md say, from an empty folder on, in new applications of Nest 11 and 12:
// `npm run test:manual`. A version of Nest selects one; `--keep` leaves the folder behind.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { packInto } from '../pack.mjs';
import { step } from '../step.mjs';
import { followGettingStarted } from './getting-started.mjs';
import { followReadMe } from './read-me.mjs';
import { copyOf, newApplication, STARTERS } from './starter.mjs';

const ROOT = resolve(import.meta.dirname, '../../..');
const chosen = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const work = mkdtempSync(join(tmpdir(), 'manual-'));

const tarball = await step('pack', () => packInto(work, ROOT));
if (tarball) {
  // Made by the step before.
  const { BetfairSimulator } = await import('../../../dist/esm/testing/index.js');
  const simulator = '../../../dist/esm/cli/simulator/simulator.environment.js';
  const { environmentOf } = await import(simulator);
  for (const starter of STARTERS) {
    if (chosen.length > 0 && !chosen.includes(String(starter.nest))) continue;
    const on = `on Nest ${starter.nest}`;
    const folder = await step(`new application ${on}`, () => newApplication(work, starter));
    if (!folder) continue;
    const other = copyOf(folder, 'getting-started');
    await step(`README.md ${on}`, () => followReadMe(folder, tarball));
    await step(`docs/getting-started.md ${on}`, () =>
      followGettingStarted(other, tarball, { BetfairSimulator, environmentOf }),
    );
  }
}
if (process.argv.includes('--keep')) console.log(`Everything is in ${work}`);
else rmSync(work, { recursive: true, force: true });
