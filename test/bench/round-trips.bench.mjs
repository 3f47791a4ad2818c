// What "get the session" sends and how long it takes while there is one, against the algorithm of the original library,
// at the same simulator and on the same stores.
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { missingMoto } from '../e2e/stores/servers.mjs';
import {
  countOf,
  KEY,
  metered,
  startOriginal,
  startOurs,
  timeFigure,
} from './parts/contenders.mjs';
import { openFiles, openS3 } from './parts/places.mjs';
import { byTurns } from './rounds.mjs';

function identityRequests({ counts }) {
  return counts.loginAttempts + counts.keepAlives + counts.logouts;
}

/** Milliseconds, store operations and identity requests of one `work`. */
async function counted(simulator, started, work) {
  const before = identityRequests(simulator);
  const { ms, store } = await metered(started, work);
  const identity = identityRequests(simulator) - before;
  return { ms, store, identity, requests: store + identity };
}

function inWords(samples) {
  return `${countOf(samples, 'store')} store, ${countOf(samples, 'identity')} identity`;
}

/** A place where a session is stored already. */
async function seeded(context, start) {
  const place = await context.store.place();
  const started = await start({ ...context, place });
  await started.getSession();
  await started.close();
  return { ...context, place };
}

/** Calls of one that runs: in a round so many that they can be timed. */
async function steady(context, start, calls) {
  const started = await start({ ...context, place: await context.store.place() });
  await started.getSession();
  const round = async () => {
    const sample = await counted(context.simulator, started, async () => {
      for (let i = 0; i < calls; i += 1) await started.getSession();
    });
    return Object.fromEntries(Object.entries(sample).map(([key, sum]) => [key, sum / calls]));
  };
  return { round, close: () => started.close() };
}

/** The first call after a start, with a session in the store. */
async function coldResume(context, start) {
  const place = await seeded(context, start);
  return async () => {
    const started = await start(place);
    const sample = await counted(context.simulator, started, started.getSession);
    await started.close();
    return sample;
  };
}

function figuresOf(what, { ours, original }, target) {
  const requests = countOf(original, 'requests');
  return [
    {
      what: `${what}: requests`,
      value: countOf(ours, 'requests'),
      unit: '',
      note: `${inWords(ours)}; original: ${requests} (${inWords(original)})`,
      target,
    },
    timeFigure(what, { ours, original }),
  ];
}

async function compare(name, context, { rounds, calls }) {
  const ours = await steady(context, startOurs, calls * 500);
  const original = await steady(context, startOriginal, calls);
  const inUse = await byTurns(rounds, { ours: ours.round, original: original.round });
  await ours.close();
  await original.close();
  if (countOf(inUse.original, 'requests') !== 4) throw new Error('The original makes 4 requests.');
  const shared = { ...context, sessionKey: KEY };
  const resumed = await byTurns(rounds, {
    ours: await coldResume(context, startOurs),
    shared: await coldResume(shared, startOurs),
    original: await coldResume(context, startOriginal),
  });
  return [
    ...figuresOf(`${name}, session in use`, inUse, { exactly: 0 }),
    ...figuresOf(`${name}, first call after a restart`, resumed, { exactly: 2 }),
    ...figuresOf(`${name}, first call after a restart, \`sessionKey\` chosen by hand`, {
      ours: resumed.shared,
      original: resumed.original,
    }),
  ];
}

export async function measure({ quick }) {
  const effort = quick ? { rounds: 2, calls: 3 } : { rounds: 9, calls: 30 };
  const simulator = await BetfairSimulator.start();
  const figures = [];
  try {
    for (const [name, open] of Object.entries({ 'File store': openFiles, S3: openS3 })) {
      const missing = name === 'S3' && missingMoto();
      if (missing) {
        figures.push({ what: name, missing });
        continue;
      }
      const store = await open();
      try {
        const context = { simulator, options: simulator.options(), store };
        figures.push(...(await compare(name, context, effort)));
      } finally {
        await store.close();
      }
    }
  } finally {
    await simulator.stop();
  }
  return figures;
}
