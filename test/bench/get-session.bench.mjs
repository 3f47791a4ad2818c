// What it costs to ask for the session before every call: against the least that an `await` costs, against the caches in
// which AWS, Google and Azure keep their tokens, and with OpenTelemetry against without.
import assert from 'node:assert/strict';
import { MemoryStorage } from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { Meter } from './parts/meter.mjs';
import { startOpenTelemetry } from './parts/open-telemetry.mjs';
import { meteredStorage } from './parts/metered.mjs';
import { createSessions } from './parts/sessions.mjs';
import { awsCache, azureCache, googleCache } from './parts/token.caches.mjs';
import { tokenContenders } from './parts/token.contenders.mjs';
import { bar, byTurns, comparedTimes } from './rounds.mjs';

const MILLION = 1_000_000;

const NAMES = {
  limit: '`await Promise.resolve(x)`, the limit',
  aws: '`memoize` of `@smithy/property-provider`',
  google: '`getAccessToken()` of `google-auth-library`',
  azure: '`getToken()` of `@azure/identity`',
};
const TARGETS = { limit: { atMost: 1.5 }, aws: { atMost: 1 } };

function figuresOf(where, { ours, ...others }) {
  return Object.entries(others).map(([name, samples]) => ({
    what: `\`await getSession()\` ${where}, against ${NAMES[name]}`,
    ...comparedTimes(ours, samples),
    target: TARGETS[name],
  }));
}

function inNanoseconds(samples) {
  return samples.map((ms) => ms * 1e6);
}

function chartOf({ ours, limit, aws, google, azure }) {
  return {
    file: 'get-session',
    title: 'Asking for the token before every call, nanoseconds',
    isLogarithmic: true,
    bars: [
      bar('await Promise.resolve()', inNanoseconds(limit)),
      bar('getSession()', inNanoseconds(ours), true),
      bar('AWS: memoize', inNanoseconds(aws)),
      bar('Google: getAccessToken()', inNanoseconds(google)),
      bar('Azure: getToken()', inNanoseconds(azure)),
    ],
  };
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
      ...comparedTimes(samples.on, samples.off),
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
    const caches = { aws: awsCache(), google: googleCache(), azure: await azureCache() };
    const compare = () => byTurns(rounds, tokenContenders(sessions, session, caches, count));
    const outside = await compare();
    const calls = quick ? count : MILLION;
    const { touched, kept } = await sideEffects(sessions, simulator, meter, calls);
    const telemetry = await telemetryFigure(simulator, rounds, count);
    const inside = await sessions.run(compare);
    assert.equal(simulator.counts.logins, 3);
    const figures = [
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
    return { figures, charts: [chartOf(outside)] };
  } finally {
    await close();
    await simulator.stop();
  }
}
