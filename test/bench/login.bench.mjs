// What a login costs with its lease, where each operation of the store and each request to Betfair takes 40 ms more:
// how often it waits for the store, against the algorithm of the original library, which has no lease.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { missingMoto } from '../stores/servers.mjs';
import { startChild } from './parts/child.mjs';
import { countOf, timeFigure } from './parts/contenders.mjs';

const LATENCY_MS = 40;
/** A restart makes seven requests, the original library six; a first login of ours six or more, and of that one four. */
const LONGEST_RESTART = { S3: { atMost: 1.5 } };

/** Situations in which a login is made, what the store says of itself, and the targets. */
const CASES = [
  {
    what: 'restart with a dead session in the store',
    isRestart: true,
    said: { conditionalWrites: 'native' },
    waits: 5,
    operations: 5,
  },
  {
    what: 'first login ever',
    said: { conditionalWrites: 'native' },
    waits: 5,
    operations: 5,
  },
  {
    what: 'first login ever, in a store that is tested',
    said: { conditionalWrites: 'probe' },
    waits: 6,
    operations: 9,
    // The metered client is one that is handed in, which may repeat requests: both conflicts of the test are looked at.
    S3: { waits: 7, operations: 11 },
  },
];

function countFigure(what, { ours, original }, key, target) {
  const note = `original: ${countOf(original, key)}`;
  return { what, value: countOf(ours, key), unit: '', note, target };
}

function figuresOf(name, { what, isRestart, ...targets }, { samples, released }) {
  const { waits, operations } = targets[name] ?? targets;
  const label = `${name}, ${what}`;
  const byHand = { ...samples, ours: samples.shared };
  return [
    countFigure(`${label}: waits for the store`, samples, 'waits', { exactly: waits }),
    countFigure(`${label}: store operations`, samples, 'store', { exactly: operations }),
    {
      what: `${label}: store operations that give the lease back`,
      value: released,
      unit: '',
      note: '3 s after the login',
      target: { exactly: 1 },
    },
    timeFigure(`${label}, at ${LATENCY_MS} ms each`, samples, isRestart && LONGEST_RESTART[name]),
    countFigure(`${label}, \`sessionKey\` chosen by hand: waits for the store`, byHand, 'waits'),
  ];
}

async function measureStore(name, folder, rounds) {
  const simulator = await BetfairSimulator.start();
  for (const endpoint of ['certLogin', 'keepAlive']) {
    simulator.fail(endpoint, { slow: LATENCY_MS }, { times: Infinity });
  }
  const authority = join(folder, 'authority.pem');
  await writeFile(authority, simulator.ca);
  const options = { ...simulator.options(), ca: undefined };
  const env = { NODE_EXTRA_CA_CERTS: authority };
  const child = await startChild('login.costs.mjs', { options }, env);
  try {
    const figures = [];
    for (const one of CASES) {
      const { said, isRestart } = one;
      const costs = await child.ask({ name, latencyMs: LATENCY_MS, rounds, said, isRestart });
      figures.push(...figuresOf(name, one, costs));
    }
    return figures;
  } finally {
    await child.stop();
    await simulator.stop();
  }
}

export async function measure({ quick }) {
  const folder = await mkdtemp(join(tmpdir(), 'betfair-bench-'));
  const figures = [];
  try {
    for (const name of ['File store', 'S3']) {
      const missing = name === 'S3' && missingMoto();
      if (missing) figures.push({ what: name, missing });
      else figures.push(...(await measureStore(name, folder, quick ? 2 : 5)));
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  return figures;
}
