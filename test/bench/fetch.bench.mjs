// A thousand calls at once without a connection, and a long answer in pieces, beside undici's `fetch`, over loopback TLS.
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { Agent, fetch } from 'undici';
import { startChild } from './parts/child.mjs';
import { createSessions } from './parts/sessions.mjs';
import { byTurns, comparedTimes, median } from './rounds.mjs';

const CALL = { method: 'POST', body: '{}' };

function figure(what, samples, base, against, target) {
  return {
    what,
    ...comparedTimes(samples, base, against),
    target,
  };
}

/** Milliseconds until a thousand calls have their answers, beginning without a connection. */
async function cold(open, count) {
  const { send, close } = await open();
  const began = performance.now();
  await Promise.all(Array.from({ length: count }, () => send()));
  const took = performance.now() - began;
  await close();
  return took;
}

/** Bytes that the process holds for objects and buffers. */
function used() {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function part(name, samples) {
  return samples.map((sample) => sample[name]);
}

/** Milliseconds to the first byte, and the most memory held while the rest arrives. */
async function streamed(send) {
  globalThis.gc?.();
  const before = used();
  const began = performance.now();
  const { body } = await send();
  let first;
  let most = 0;
  let bytes = 0;
  for await (const chunk of body) {
    first ??= performance.now() - began;
    bytes += chunk.byteLength;
    most = Math.max(most, used() - before);
  }
  if (bytes < 50_000_000) throw new Error(`Only ${bytes} bytes arrived.`);
  return { first, most };
}

export async function measure({ quick }) {
  const simulator = await BetfairSimulator.start();
  const upstream = await startChild('upstream.server.mjs', {});
  const { url, ca } = upstream.ready;
  const options = simulator.options();
  const own = {
    ...options,
    ca: `${options.ca}\n${ca}`,
    endpoints: { ...options.endpoints, api: url },
  };
  const { sessions, close } = await createSessions(own);
  const dispatcher = new Agent({ connect: { ca } });
  try {
    const headers = (await sessions.getSession()).headers();
    const calls = quick ? 100 : 1_000;
    const burst = await byTurns(quick ? 1 : 7, {
      ours: () =>
        cold(async () => {
          const fresh = await createSessions(own);
          await fresh.sessions.getSession();
          const send = async () => (await fresh.sessions.fetch('/small', CALL)).json();
          return { send, close: fresh.close };
        }, calls),
      before: () =>
        cold(async () => {
          const agent = new Agent({ connect: { ca }, connections: 64 });
          const send = async () =>
            (await fetch(`${url}/small`, { ...CALL, headers, dispatcher: agent })).json();
          return { send, close: () => agent.destroy() };
        }, calls),
    });
    const long = await byTurns(quick ? 1 : 7, {
      ours: () => streamed(() => sessions.fetch('/long')),
      theirs: () => streamed(() => fetch(`${url}/long`, { headers, dispatcher })),
    });
    const mebibytes = (samples) => `${(median(part('most', samples)) / 1_048_576).toFixed(1)} MiB`;
    return [
      figure(
        `${calls.toLocaleString('en')} calls at once without a connection, against 64 connections of undici's \`fetch\`, as the version before had`,
        burst.ours,
        burst.before,
        'before',
      ),
      figure(
        "An answer of 50 MB in pieces: time to its first byte, against undici's `fetch`",
        part('first', long.ours),
        part('first', long.theirs),
        "undici's `fetch`",
      ),
      {
        what: "The same: memory held while it arrives, against undici's `fetch`",
        // Of the medians: in a round in which memory is given back meanwhile, none may be held.
        value: median(part('most', long.ours)) / median(part('most', long.theirs)),
        unit: '×',
        note: `${mebibytes(long.ours)}; undici's \`fetch\`: ${mebibytes(long.theirs)}`,
      },
    ];
  } finally {
    await close();
    await dispatcher.close();
    await upstream.stop();
    await simulator.stop();
  }
}
