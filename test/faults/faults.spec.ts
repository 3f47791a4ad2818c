import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What ends the accounts of a suite and asserts the invariants of test/support/invariants. */
const ASSERTED = /\bclose(?:Accounts|Served)\b(?=\(\)|\);)|\binvariants\.end\(/;

const REMEDY =
  'Open their accounts with createAccount (test/support/account.ts) or serve ' +
  '(test/support/http-application.ts), and let afterEach call closeAccounts or closeServed.';

async function suitesIn(folder: string): Promise<string[]> {
  const suites: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.name.endsWith('.spec.ts')) suites.push(path);
    if (entry.isDirectory() && entry.name !== 'node_modules')
      suites.push(...(await suitesIn(path)));
  }
  return suites;
}

it('every suite that shows what comes of a fault asserts the invariants', async () => {
  const ofFaults: string[] = [];
  const careless: string[] = [];
  for (const suite of await suitesIn('test')) {
    const text = await readFile(suite, 'utf8');
    if (!/\[fault \d/.test(text)) continue;
    ofFaults.push(suite);
    if (!ASSERTED.test(text)) careless.push(suite);
  }
  if (careless.length > 0) {
    throw new Error(
      `These suites carry [fault N] and do not assert the invariants:\n${careless.join('\n')}\n${REMEDY}`,
    );
  }
  expect(ofFaults).not.toEqual([]);
});
