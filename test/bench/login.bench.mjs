// What a login costs with its lease, and a restart with a session that lives, where each operation of the store and each
// request to Betfair takes 40 ms more: how often it waits for the store, against the algorithm of the original library,
// which has no lease, and knows neither Redis nor PostgreSQL.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { missingPostgres } from '../e2e/stores/postgres.server.mjs';
import { missingMoto, missingRedis } from '../e2e/stores/servers.mjs';
import { startChild } from './parts/child.mjs';
import { countOf, timeFigure } from './parts/contenders.mjs';
import { inUnits, median } from './rounds.mjs';

const LATENCY_MS = 40;
/** A restart makes seven requests, the original library six; a first login of ours six or more, and of that one four. */
const LONGEST_RESTART = { S3: { atMost: 1.5 } };

/** Finds out why a store cannot be measured here. */
const STORES = {
  'File store': () => undefined,
  S3: missingMoto,
  Redis: missingRedis,
  PostgreSQL: missingPostgres,
};
/** Those that the original library knows. */
const COMPARED = ['File store', 'S3'];

/** Situations in which a session is asked for, what the store says of itself, and the targets. */
const CASES = [
  {
    what: 'restart with a live session in the store',
    left: 'live',
    said: { conditionalWrites: 'native' },
    waits: 1,
    operations: 1,
  },
  {
    what: 'restart with a dead session in the store',
    left: 'dead',
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

function comparedFigures(name, { what, left, ...targets }, { samples, released }) {
  const { waits, operations } = targets[name] ?? targets;
  const label = `${name}, ${what}`;
  const byHand = { ...samples, ours: samples.shared };
  const ofLogin = {
    what: `${label}: store operations that give the lease back`,
    value: released,
    unit: '',
    note: '3 s after the login',
    target: { exactly: 1 },
  };
  return [
    countFigure(`${label}: waits for the store`, samples, 'waits', { exactly: waits }),
    countFigure(`${label}: store operations`, samples, 'store', { exactly: operations }),
    ...(left === 'live' ? [] : [ofLogin]),
    timeFigure(
      `${label}, at ${LATENCY_MS} ms each`,
      samples,
      left === 'dead' && LONGEST_RESTART[name],
    ),
    countFigure(`${label}, \`sessionKey\` chosen by hand: waits for the store`, byHand, 'waits'),
  ];
}

/** Of a store that nothing is compared with. */
function ownFigures(name, { what, waits }, { samples: { ours, shared } }) {
  const label = `${name}, ${what}`;
  const times = ours.map(({ ms }) => ms);
  return [
    {
      what: `${label}: waits for the store`,
      value: countOf(ours, 'waits'),
      unit: '',
      note: `\`sessionKey\` chosen by hand: ${countOf(shared, 'waits')}`,
      target: { exactly: waits },
    },
    {
      what: `${label}, at ${LATENCY_MS} ms for each round trip: time`,
      value: Number(median(times).toFixed()),
      unit: 'ms',
      note: `${inUnits(Math.min(...times))} to ${inUnits(Math.max(...times))}`,
    },
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
    const isCompared = COMPARED.includes(name);
    const figuresOf = isCompared ? comparedFigures : ownFigures;
    for (const one of CASES) {
      const { said, left } = one;
      // The others say that they need no test.
      if (!isCompared && said.conditionalWrites === 'probe') continue;
      const question = { name, latencyMs: LATENCY_MS, rounds, said, left, isCompared };
      figures.push(...figuresOf(name, one, await child.ask(question)));
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
    for (const [name, whyMissing] of Object.entries(STORES)) {
      const missing = whyMissing();
      if (missing !== undefined) figures.push({ what: name, missing });
      else figures.push(...(await measureStore(name, folder, quick ? 2 : 5)));
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  return figures;
}
