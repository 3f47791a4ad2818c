// What it costs to ask for the session before every call: against the least that an `await` costs, against what the AWS
// SDK does for its credentials, and with OpenTelemetry against without.
import assert from 'node:assert/strict';
import { memoize } from '@smithy/property-provider';
import { MemoryStorage } from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { Meter } from './parts/meter.mjs';
import { startOpenTelemetry } from './parts/open-telemetry.mjs';
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

/** `getSession()` of an account that reports to the SDK of OpenTelemetry, against one that does not, in one run. */
async function telemetryFigure(simulator, rounds, count) {
  const sdk = startOpenTelemetry();
  const asked = async (telemetry) => {
    const options = { ...simulator.options(), storage: 'mem://', telemetry };
    const { sessions, close } = await createSessions(options);
    await sessions.getSession();
    return { sessions, close };
  };
  const [on, off] = [await asked(true), await asked(false)];
  try {
    assert.equal(sdk.renewals(), 1, 'one account reports, and only one');
    const samples = await byTurns(rounds, {
      async on() {
        const began = performance.now();
        for (let i = 0; i < count; i += 1) await on.sessions.getSession();
        return (performance.now() - began) / count;
      },
      async off() {
        const began = performance.now();
        for (let i = 0; i < count; i += 1) await off.sessions.getSession();
        return (performance.now() - began) / count;
      },
    });
    assert.equal(sdk.renewals(), 1, 'the session was in memory');
    return {
      what: '`await getSession()` with OpenTelemetry, against `telemetry: false`',
      value: ratio(samples.on, samples.off),
      unit: '×',
      note: `${inUnits(median(samples.on))}; there: ${inUnits(median(samples.off))}`,
      target: { atMost: 1.1 },
    };
  } finally {
    await Promise.all([on.close(), off.close()]);
    await sdk.stop();
  }
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
    const telemetry = await telemetryFigure(simulator, rounds, count);
    const inside = await sessions.run(() => byTurns(rounds, contenders(sessions, session, count)));
    assert.equal(simulator.counts.logins, 3);
    return [
      ...figuresOf('outside a handler', outside),
      ...figuresOf('inside a handler or `run`', inside),
      telemetry,
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
