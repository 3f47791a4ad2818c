// What a call costs beside the clients that people have, over loopback TLS: with a small answer, and with a market book.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isInvalidSession } from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { marketBook } from './parts/answers.mjs';
import { startChild } from './parts/child.mjs';
import { bar, byTurns, comparedTimes, inUnits, median } from './rounds.mjs';

const LOOKS = 60;
const BETTING = '/exchange/betting/json-rpc/v1';
const OURS = {
  fetch: '`sessions.fetch()` and `json()`',
  call: '`sessions.call()`',
  attached: 'an axios with `attachBetfairSession`',
};
const THEIRS = {
  undiciRequest: "undici's `request`",
  undiciFetch: "undici's `fetch`",
  nodeFetch: "Node's own `fetch`",
  axios: 'axios alone',
  ky: 'ky',
};

/** What is measured by itself. */
const PAIRS = {
  small: [
    // Without a target: its answer is no `Response`.
    { names: ['fetch', 'undiciRequest'] },
    { names: ['fetch', 'undiciFetch'], atMost: 0.75 },
    { names: ['call', 'fetch'], atMost: 1.15 },
  ],
  book: [{ names: ['fetch', 'undiciFetch'], atMost: 1.05 }],
};

function figure(subject, samples, [ours, theirs], target) {
  const [here, there] = [samples[ours], samples[theirs]];
  return {
    what: `${subject}: ${OURS[ours]}, against ${{ ...OURS, ...THEIRS }[theirs]}`,
    ...comparedTimes(here, there),
    target,
  };
}

/** Without the pairs that are measured by themselves. */
function figuresOf(subject, samples, apart) {
  const pairs = [...Object.keys(THEIRS).map((name) => ['fetch', name]), ['attached', 'axios']];
  return pairs
    .filter((pair) => !apart.some(({ names }) => names.join() === pair.join()))
    .map((pair) => figure(subject, samples, pair));
}

function chartOf(samples) {
  const bars = Object.entries({ ...OURS, ...THEIRS }).map(([name, label]) =>
    bar(
      label.replaceAll('`', ''),
      samples[name].map((ms) => ms * 1_000),
      name in OURS,
    ),
  );
  return { file: 'calls', title: 'A call with a small answer, microseconds', bars };
}

/** How long a look at a body takes, as a part of the time that it took to come. */
async function look(what, body, { fetched, rounds }) {
  const { looked } = await byTurns(rounds, {
    looked: () => {
      const began = performance.now();
      for (let i = 0; i < LOOKS; i += 1) {
        if (isInvalidSession(body)) throw new Error('That is no refusal.');
      }
      return (performance.now() - began) / LOOKS;
    },
  });
  return {
    what: `Time of \`isInvalidSession()\` on ${what}`,
    value: (median(looked) / median(fetched)) * 100,
    unit: '%',
    note: `${inUnits(median(looked))}; undici's \`fetch\` of it: ${inUnits(median(fetched))}`,
  };
}

export async function measure({ quick }) {
  const folder = await mkdtemp(join(tmpdir(), 'betfair-bench-'));
  const simulator = await BetfairSimulator.start();
  const upstream = await startChild('upstream.server.mjs', {});
  const authorities = join(folder, 'authorities.pem');
  await writeFile(authorities, `${simulator.ca}\n${upstream.ready.ca}`);
  const { endpoints, ca: _trusted, ...options } = simulator.options();
  const own = { ...options, endpoints: { ...endpoints, api: upstream.ready.url } };
  const callers = await startChild(
    'callers.mjs',
    { options: own },
    { NODE_EXTRA_CA_CERTS: authorities },
  );
  const compare = (path, rounds, count, names) =>
    callers.ask({ path, rounds: quick ? 2 : rounds, count: quick ? 5 : count, names });
  /** Two at a time: with eight in turn, each meets what the others left behind. */
  const inPairs = async (subject, [path, rounds, count], pairs) => {
    const figures = [];
    for (const { names, ...target } of pairs) {
      const samples = await compare(path, rounds, count, names);
      figures.push(figure(subject, samples, names, target));
    }
    return figures;
  };
  try {
    const small = await compare(BETTING, 21, 100);
    // Before the books, which leave a larger heap behind.
    const smallInPairs = await inPairs('Small answer', [BETTING, 31, 200], PAIRS.small);
    const book = await compare('/book', 9, 15);
    const looking = { rounds: quick ? 2 : 21, fetched: book.undiciFetch };
    const figures = [
      ...smallInPairs,
      ...figuresOf('Small answer', small, PAIRS.small),
      ...(await inPairs('A market book of 1 MB', ['/book', 15, 15], PAIRS.book)),
      ...figuresOf('A market book of 1 MB', book, PAIRS.book),
      await look('a market book of 1 MB, parsed', JSON.parse(marketBook()), looking),
      await look('that market book, as text', marketBook(), looking),
    ];
    return { figures, charts: [chartOf(small)] };
  } finally {
    await callers.stop();
    await upstream.stop();
    await simulator.stop();
    await rm(folder, { recursive: true });
  }
}
