// What "get the session" sends and how long it takes, against the algorithm of the original library, at the same
// simulator and on the same stores.
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { missingMoto } from '../stores/servers.mjs';
import { OriginalIdentity } from './original/original.identity.mjs';
import { OriginalSession } from './original/original.session.mjs';
import { openFiles, openS3 } from './parts/places.mjs';
import { createSessions } from './parts/sessions.mjs';
import { byTurns, inUnits, median, ratio } from './rounds.mjs';

const KEY = 'session.token';

/** Starts the original library on a place. */
async function startOriginal({ simulator, place }) {
  const { bucket, operations, close } = place.original();
  const identity = new OriginalIdentity(simulator.options());
  const session = new OriginalSession(bucket, identity, KEY);
  return {
    getSession: () => session.getSession(),
    operations,
    async close() {
      await identity.close();
      close();
    },
  };
}

/** Starts an application on a place; without `sessionKey` with the key that is derived from the account. */
async function startOurs({ simulator, place, sessionKey }) {
  const { storage, operations, close } = await place.ours();
  const { sessions, ...application } = await createSessions({
    ...simulator.options(),
    storage,
    sessionKey,
  });
  return {
    getSession: () => sessions.getSession(),
    operations,
    async close() {
      await application.close();
      close();
    },
  };
}

function identityRequests({ counts }) {
  return counts.loginAttempts + counts.keepAlives + counts.logouts;
}

/** Milliseconds, store operations and identity requests of one `work`, and of closing after it if `andClose`. */
async function counted(simulator, started, work, { andClose = false } = {}) {
  const before = { store: started.operations(), identity: identityRequests(simulator) };
  const began = performance.now();
  await work(started);
  const ms = performance.now() - began;
  if (andClose) await started.close();
  const store = started.operations() - before.store;
  const identity = identityRequests(simulator) - before.identity;
  return { ms, store, identity, requests: store + identity };
}

const once = ({ getSession }) => getSession();

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
    const sample = await counted(context.simulator, started, once);
    await started.close();
    return sample;
  };
}

/** The first call where nothing is stored, and the end of the application. */
function firstLogin(context, start) {
  return async () => {
    const started = await start({ ...context, place: await context.store.place() });
    return counted(context.simulator, started, once, { andClose: true });
  };
}

/** That of the worst round. */
function countOf(samples, key) {
  return Math.max(...samples.map((sample) => sample[key]));
}

function inWords(samples) {
  return `${countOf(samples, 'store')} store, ${countOf(samples, 'identity')} identity`;
}

function times(samples) {
  return samples.map(({ ms }) => ms);
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
    {
      what: `${what}: time`,
      value: ratio(times(ours), times(original)),
      unit: '×',
      note: `${inUnits(median(times(ours)))}; original: ${inUnits(median(times(original)))}`,
    },
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
  const loggedIn = await byTurns(Math.min(rounds, 5), {
    ours: firstLogin(context, startOurs),
    original: firstLogin(context, startOriginal),
  });
  return [
    ...figuresOf(`${name}, session in use`, inUse, { exactly: 0 }),
    ...figuresOf(`${name}, first call after a restart`, resumed, { exactly: 2 }),
    ...figuresOf(`${name}, first call after a restart, \`sessionKey\` chosen by hand`, {
      ours: resumed.shared,
      original: resumed.original,
    }),
    ...figuresOf(`${name}, first login, with its lease`, loggedIn),
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
        figures.push(...(await compare(name, { simulator, store }, effort)));
      } finally {
        await store.close();
      }
    }
  } finally {
    await simulator.stop();
  }
  return figures;
}
