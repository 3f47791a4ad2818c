// What a call costs beside undici's `fetch` and its leaner `request`, over loopback TLS: small answers, a market book, a
// thousand calls at once without a connection, and a long answer in pieces.
import { isInvalidSession } from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { Agent, fetch, request } from 'undici';
import { marketBook } from './parts/answers.mjs';
import { startChild } from './parts/child.mjs';
import { createSessions } from './parts/sessions.mjs';
import { byTurns, inUnits, median, ratio } from './rounds.mjs';

const OPERATION = 'SportsAPING/v1.0/listMarketBook';
const BODY = JSON.stringify({ jsonrpc: '2.0', id: 1, method: OPERATION, params: {} });
const CALL = { method: 'POST', body: BODY };

/** Milliseconds for one of `count`, one after the other. */
async function each(count, work) {
  const began = performance.now();
  for (let i = 0; i < count; i += 1) await work();
  return (performance.now() - began) / count;
}

function figure(what, samples, base, against, target) {
  return {
    what,
    value: ratio(samples, base),
    unit: '×',
    note: `${inUnits(median(samples))}; ${against}: ${inUnits(median(base))}`,
    target,
  };
}

/** Our calls beside undici's, each with its answer parsed. */
async function compare({ sessions, url, dispatcher, headers, rounds, count }, path) {
  const bare = { ...CALL, headers, dispatcher };
  return byTurns(rounds, {
    fetch: () => each(count, async () => (await sessions.fetch(path, CALL)).json()),
    call: () => each(count, () => sessions.call(OPERATION, {})),
    undiciFetch: () => each(count, async () => (await fetch(url + path, bare)).json()),
    undiciRequest: () => each(count, async () => (await request(url + path, bare)).body.json()),
  });
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

/** How long a look takes, as a part of the time that the answer took to come. */
async function look(what, body, { fetched, rounds, count }) {
  const { looked } = await byTurns(rounds, {
    looked: () =>
      each(count, () => {
        if (isInvalidSession(body)) throw new Error('That is no refusal.');
      }),
  });
  return {
    what: `Time of \`isInvalidSession()\` on ${what}`,
    value: (median(looked) / median(fetched)) * 100,
    unit: '%',
    note: `${inUnits(median(looked))}; undici's \`fetch\` of it: ${inUnits(median(fetched))}`,
  };
}

export async function measure({ quick }) {
  const effort = quick ? { rounds: 2, count: 10 } : { rounds: 21, count: 150 };
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
    const settings = { sessions, url, dispatcher, headers, ...effort };
    const small = await compare(settings, '/exchange/betting/json-rpc/v1');
    const book = await compare({ ...settings, count: quick ? 5 : 20 }, '/book');
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
    const parsed = JSON.parse(marketBook());
    const looking = { rounds: effort.rounds, count: 60, fetched: book.undiciFetch };
    const mebibytes = (samples) => `${(median(part('most', samples)) / 1_048_576).toFixed(1)} MiB`;
    return [
      figure(
        "Small answer: `sessions.fetch()` and `json()`, against undici's `fetch`",
        small.fetch,
        small.undiciFetch,
        "undici's `fetch`",
        { atMost: 0.75 },
      ),
      figure(
        "Small answer: `sessions.fetch()` and `json()`, against undici's `request`",
        small.fetch,
        small.undiciRequest,
        "undici's `request`",
        { atMost: 1.15 },
      ),
      figure(
        'Small answer: `sessions.call()`, against `sessions.fetch()` and `json()`',
        small.call,
        small.fetch,
        '`sessions.fetch()`',
        { atMost: 1.05 },
      ),
      figure(
        "A market book of 1 MB: `sessions.fetch()` and `json()`, against undici's `fetch`",
        book.fetch,
        book.undiciFetch,
        "undici's `fetch`",
        { atMost: 1.05 },
      ),
      figure(
        "The same against undici's `request`",
        book.fetch,
        book.undiciRequest,
        "undici's `request`",
      ),
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
        value: ratio(part('most', long.ours), part('most', long.theirs)),
        unit: '×',
        note: `${mebibytes(long.ours)}; undici's \`fetch\`: ${mebibytes(long.theirs)}`,
      },
      await look('a market book of 1 MB, parsed', parsed, looking),
      await look('that market book, as text', marketBook(), looking),
    ];
  } finally {
    await close();
    await dispatcher.close();
    await upstream.stop();
    await simulator.stop();
  }
}
