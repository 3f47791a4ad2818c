// This package and the original library, each started on a place for sessions, and what their work takes.
import { OriginalIdentity } from '../original/original.identity.mjs';
import { OriginalSession } from '../original/original.session.mjs';
import { comparedTimes } from '../rounds.mjs';
import { createSessions } from './sessions.mjs';

export const KEY = 'session.token';

/** Starts the original library on a place. */
export async function startOriginal({ options, place }) {
  const { bucket, meter, close } = place.original();
  const identity = new OriginalIdentity(options);
  const session = new OriginalSession(bucket, identity, KEY);
  return {
    getSession: () => session.getSession(),
    meter,
    async close() {
      await identity.close();
      close();
    },
  };
}

/**
 * Starts an application on a place; without `sessionKey` with the key that is derived from the account. `said` is what
 * the store says of itself in place of its own.
 */
export async function startOurs({ options, place, sessionKey, said }) {
  const { storage, meter, close } = await place.ours(said);
  const { sessions, ...application } = await createSessions({
    ...options,
    storage,
    sessionKey,
  });
  return {
    getSession: () => sessions.getSession(),
    meter,
    async close() {
      await application.close();
      await close();
    },
  };
}

/** Milliseconds, store operations and waits for the store of one `work`. */
export async function metered({ meter }, work) {
  const { operations, waits } = meter;
  const began = performance.now();
  await work();
  const ms = performance.now() - began;
  return { ms, store: meter.operations - operations, waits: meter.waits - waits };
}

/** That of the worst round. */
export function countOf(samples, key) {
  return Math.max(...samples.map((sample) => sample[key]));
}

/** A figure that compares how long rounds took. */
export function timeFigure(what, { ours, original }, target) {
  const [here, there] = [ours, original].map((samples) => samples.map(({ ms }) => ms));
  return {
    what: `${what}: time`,
    ...comparedTimes(here, there, 'original'),
    target,
  };
}
