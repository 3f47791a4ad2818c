// What `sessions.fetch()` adds to undici's `fetch`, which it is made of, and what looking at an answer for a refusal costs.
import { isInvalidSession } from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { Agent, fetch } from 'undici';
import { marketBook } from './parts/answers.mjs';
import { startChild } from './parts/child.mjs';
import { createSessions } from './parts/sessions.mjs';
import { byTurns, inUnits, median, ratio } from './rounds.mjs';

const CALL = { method: 'POST', body: '{"jsonrpc":"2.0","id":1,"method":"m","params":{}}' };

/** Milliseconds for one of `count`, one after the other. */
async function each(count, work) {
  const began = performance.now();
  for (let i = 0; i < count; i += 1) await work();
  return (performance.now() - began) / count;
}

/** The body is read as bytes: parsing it would take as long again, and hide the difference. */
async function bodyOf(response) {
  if (!response.ok) throw new Error(`The upstream answered ${response.status}.`);
  return response.arrayBuffer();
}

async function compare(what, { sessions, url, dispatcher, headers, rounds, count }) {
  const { ours, bare } = await byTurns(rounds, {
    ours: () => each(count, async () => bodyOf(await sessions.fetch(url, CALL))),
    bare: () => each(count, async () => bodyOf(await fetch(url, { ...CALL, headers, dispatcher }))),
  });
  return {
    figure: {
      what: `Time of \`sessions.fetch()\` and of reading ${what}`,
      value: ratio(ours, bare),
      unit: '×',
      note: `${inUnits(median(ours))}; undici's \`fetch\`: ${inUnits(median(bare))}`,
    },
    bare,
  };
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
  const effort = quick ? { rounds: 2, count: 10 } : { rounds: 15, count: 60 };
  const simulator = await BetfairSimulator.start();
  const upstream = await startChild('upstream.server.mjs', {});
  const { url, ca } = upstream.ready;
  const options = simulator.options();
  const { sessions, close } = await createSessions({
    ...options,
    ca: `${options.ca}\n${ca}`,
    endpoints: { ...options.endpoints, api: url },
  });
  const dispatcher = new Agent({ connect: { ca } });
  try {
    const headers = (await sessions.getSession()).headers();
    const settings = { sessions, dispatcher, headers, ...effort };
    const small = await compare('a small answer', { ...settings, url: `${url}/small` });
    const large = await compare('a market book of 1 MB', { ...settings, url: `${url}/book` });
    const chunked = await compare('the same, its length not announced', {
      ...settings,
      url: `${url}/chunked`,
    });
    const text = marketBook();
    const looking = { ...effort, fetched: large.bare };
    return [
      small.figure,
      large.figure,
      chunked.figure,
      await look('that market book, parsed', JSON.parse(text), looking),
      await look('that market book, as text', text, looking),
    ];
  } finally {
    await close();
    await dispatcher.close();
    await upstream.stop();
    await simulator.stop();
  }
}
