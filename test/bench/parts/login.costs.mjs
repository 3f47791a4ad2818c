// Logins of this package and of the original library in a process that trusts the simulator by NODE_EXTRA_CA_CERTS, as
// both trust Betfair: with an authority of its own Node reads all others anew at each handshake, for 50 ms.
import { setTimeout } from 'node:timers/promises';
import { OriginalIdentity } from '../original/original.identity.mjs';
import { byTurns } from '../rounds.mjs';
import { KEY, metered, startOriginal, startOurs } from './contenders.mjs';
import { openFiles, openS3 } from './places.mjs';
import { openPostgres, openRedis } from './server.places.mjs';

const STORES = { 'File store': openFiles, S3: openS3, Redis: openRedis, PostgreSQL: openPostgres };
/** The lease is given back 3 s after a login. */
const UNTIL_RELEASED_MS = 3_500;

let options;

export function start(parameters) {
  ({ options } = parameters);
}

/**
 * What it took to have a session, by contender, and the store operations with which the lease was given back. In the store
 * was left nothing, or a session that is `live` or `dead`. The original library is there only if it `isCompared`.
 */
export async function answer({ name, latencyMs, rounds, said, left, isCompared }) {
  const store = await STORES[name](latencyMs);
  const ours = { start: startOurs, options, store, said };
  const contenders = {
    ours,
    shared: { ...ours, sessionKey: KEY },
    ...(isCompared && { original: { ...ours, start: startOriginal } }),
  };
  try {
    const runs = await Promise.all(
      Object.entries(contenders).map(async ([contender, context]) => {
        // The first round of all does not count.
        const places = await preparePlaces(context, rounds + 1, left);
        return [contender, () => logIn({ ...context, place: places.pop() })];
      }),
    );
    const samples = await byTurns(rounds, Object.fromEntries(runs));
    return { samples, released: isCompared && (await operationsOfRelease(ours)) };
  } finally {
    await store.close();
  }
}

/** As many places, with what is to be found there. */
async function preparePlaces(context, count, left) {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const place = await context.store.place();
      if (left !== undefined) await leaveSession({ ...context, place }, left);
      return place;
    }),
  );
}

async function leaveSession(context, left) {
  const started = await context.start(context);
  const session = await started.getSession();
  await setTimeout(UNTIL_RELEASED_MS);
  await started.close();
  if (left === 'live') return;
  const identity = new OriginalIdentity(context.options);
  await identity.logout(session.token ?? session);
  await identity.close();
}

async function logIn(context) {
  const started = await context.start(context);
  const sample = await metered(started, started.getSession);
  await started.close();
  return sample;
}

async function operationsOfRelease(context) {
  const started = await startOurs({ ...context, place: await context.store.place() });
  await started.getSession();
  const { store } = await metered(started, () => setTimeout(UNTIL_RELEASED_MS));
  await started.close();
  return store;
}
