import { readFile, writeFile } from 'node:fs/promises';
import { closeAccounts } from '../../support/account.js';
import { cellsOf, kindsOf, TRANSPORTS, WAYS } from './cell.js';
import { promised } from './cell.rule.js';
import { startMatrix } from './matrix.application.js';
import { nameOf, type Observation, tableOf, UPDATE_COMMAND } from './table.js';

const observed: Observation[] = [];

afterEach(closeAccounts);

describe.each(TRANSPORTS)('on %s', (transport) => {
  const handlers = WAYS[transport].flatMap((way) =>
    kindsOf(transport, way).map((kind) => ({ name: `${nameOf(way)}: ${kind.name}`, way, kind })),
  );

  it.each(handlers)('a handler repeats what it may and no more: $name', async ({ way, kind }) => {
    await using application = await startMatrix(transport, way, kind);
    const outcomes: Observation[] = [];
    for (const { moment, calls } of cellsOf(kind)) {
      const cell = { transport, way, kind, moment, calls };
      outcomes.push({ cell, outcome: await application.observe(cell) });
    }
    observed.push(...outcomes);
    expect(outcomes).toEqual(outcomes.map(({ cell }) => ({ cell, outcome: promised(cell) })));
    for (const { runs, sent, orders = 0, logins } of outcomes.map(({ outcome }) => outcome)) {
      expect(Math.max(runs, ...sent)).toBeLessThanOrEqual(2);
      expect(Math.max(orders, logins)).toBeLessThanOrEqual(1);
    }
  });
});

it('is what transports.md tells', async () => {
  const file = 'test/interceptor/transports.md';
  const table = tableOf(observed);
  if (process.env['UPDATE_TABLES']) await writeFile(file, table);
  const checkedIn = await readFile(file, 'utf8').catch(() => '');
  if (checkedIn !== table) {
    throw new Error(`${file} is not what was observed just now. Write it anew: ${UPDATE_COMMAND}`);
  }
});
