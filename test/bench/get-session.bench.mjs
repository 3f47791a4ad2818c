// What it costs to ask for the session before every call: against the least that an `await` costs, and against what the
// AWS SDK does for its credentials.
import assert from 'node:assert/strict';
import { memoize } from '@smithy/property-provider';
import { MemoryStorage } from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { Meter } from './parts/meter.mjs';
import { meteredStorage } from './parts/metered.mjs';
import { createSessions } from './parts/sessions.mjs';
import { byTurns, inUnits, median, ratio } from './rounds.mjs';

const HOUR = 3_600_000;
const MILLION = 1_000_000;

/** A memoized provider with the two functions that the AWS SDK hands in for credentials that expire. */
function smithyProvider() {
  const credentials = { accessKeyId: 'id', expiration: new Date(Date.now() + HOUR) };
  return memoize(
    async () => credentials,
    ({ expiration }) => expiration !== undefined && expiration.getTime() - Date.now() < 300_000,
    ({ expiration }) => expiration !== undefined,
  );
}

/** Milliseconds for one of `count`. Each has a loop of its own, as each has where it is used. */
function contenders(sessions, session, count) {
  const provider = smithyProvider();
  const perCall = (began) => (performance.now() - began) / count;
  return {
    async limit() {
      const began = performance.now();
      for (let i = 0; i < count; i += 1) await Promise.resolve(session);
      return perCall(began);
    },
    async ours() {
      const began = performance.now();
      for (let i = 0; i < count; i += 1) await sessions.getSession();
      return perCall(began);
    },
    async smithy() {
      const began = performance.now();
      for (let i = 0; i < count; i += 1) await provider();
      return perCall(began);
    },
  };
}

function figuresOf(where, { limit, ours, smithy }) {
  const against = (name, samples, target) => ({
    what: `\`await getSession()\` ${where}, against ${name}`,
    value: ratio(ours, samples),
    unit: '×',
    note: `${inUnits(median(ours))}; there: ${inUnits(median(samples))}`,
    target,
  });
  return [
    against('`await Promise.resolve(x)`, the limit', limit, { atMost: 1.5 }),
    against('`memoize` of `@smithy/property-provider`', smithy, { atMost: 1 }),
  ];
}

/** Requests and store operations, and bytes of heap kept, over many calls. */
async function sideEffects(sessions, simulator, meter, count) {
  const before = { requests: simulator.requests.length, operations: meter.operations };
  globalThis.gc();
  const heap = process.memoryUsage().heapUsed;
  for (let i = 0; i < count; i += 1) await sessions.getSession();
  globalThis.gc();
  const kept = process.memoryUsage().heapUsed - heap;
  const requests = simulator.requests.length - before.requests;
  return { touched: requests + meter.operations - before.operations, kept };
}

export async function measure({ quick }) {
  const [rounds, count] = quick ? [3, 20_000] : [15, 400_000];
  const simulator = await BetfairSimulator.start();
  const meter = new Meter();
  const storage = meteredStorage(new MemoryStorage(), meter);
  const { sessions, close } = await createSessions({ ...simulator.options(), storage });
  try {
    const session = await sessions.getSession();
    // First, while nothing in the process tracks asynchronous calls.
    const outside = await byTurns(rounds, contenders(sessions, session, count));
    const calls = quick ? count : MILLION;
    const { touched, kept } = await sideEffects(sessions, simulator, meter, calls);
    const inside = await sessions.run(() => byTurns(rounds, contenders(sessions, session, count)));
    assert.equal(simulator.counts.logins, 1);
    return [
      ...figuresOf('outside a handler', outside),
      ...figuresOf('inside a handler or `run`', inside),
      {
        what: `Requests and store operations of ${calls.toLocaleString('en')} calls in a row`,
        value: touched,
        unit: '',
        note: `heap ${kept < 0 ? '−' : '+'}${Math.round(Math.abs(kept) / 1024)} KiB`,
        target: { exactly: 0 },
      },
    ];
  } finally {
    await close();
    await simulator.stop();
  }
}
