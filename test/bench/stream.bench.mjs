// How fast messages of the Stream API are read, beside a TLS socket with `readline` and `JSON.parse`: ordinary changes, and
// images of many markets.
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { connect } from 'node:tls';
import { BetfairStream } from 'nestjs-betfair-session/stream';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { startChild } from './parts/child.mjs';
import { createSessions } from './parts/sessions.mjs';
import { byTurns, compared, median } from './rounds.mjs';

/** Counts change messages, and tells how many milliseconds passed from the first to the last. */
function counter() {
  let began;
  let count = 0;
  let end;
  const ended = new Promise((resolve) => (end = resolve));
  const take = ({ op, clk }) => {
    if (op !== 'mcm') return;
    began ??= performance.now();
    count += 1;
    if (clk === 'end') end({ ms: performance.now() - began, count });
  };
  return { ended, take };
}

function subscriptionTo(name) {
  return { op: 'marketSubscription', marketFilter: { marketIds: [name] } };
}

/** Reads all messages as an application does. */
async function readOurs(stream, name) {
  const { ended, take } = counter();
  const subscription = stream.messages({ subscription: subscriptionTo(name) }).subscribe(take);
  const read = await ended;
  subscription.unsubscribe();
  return read;
}

/** Reads them with what Node has. */
async function readPlain({ port, ca }, name) {
  const { ended, take } = counter();
  const socket = connect({ port, ca, host: '127.0.0.1' });
  await once(socket, 'secureConnect');
  const lines = createInterface({ input: socket, crlfDelay: Infinity });
  lines.on('line', (line) => take(JSON.parse(line)));
  for (const message of [
    { op: 'authentication', id: 1 },
    { ...subscriptionTo(name), id: 2 },
  ]) {
    socket.write(`${JSON.stringify(message)}\r\n`);
  }
  const read = await ended;
  lines.close();
  socket.destroy();
  return read;
}

function times(samples) {
  return samples.map(({ ms }) => ms);
}

function figure(what, { ours, plain }, bytes) {
  const rate = (samples) => {
    const perSecond = median(samples.map(({ ms, count }) => (count / ms) * 1_000));
    const megabytes = bytes / 1_000 / median(times(samples));
    return `${Math.round(perSecond).toLocaleString('en')} messages, ${Math.round(megabytes)} MB`;
  };
  return {
    what: `Messages of the Stream API that are read in a second, against \`readline\` and \`JSON.parse\`: ${what}`,
    ...compared(times(plain), times(ours)),
    note: `${rate(ours)}; there: ${rate(plain)}`,
    target: { atLeast: 0.9 },
  };
}

export async function measure({ quick }) {
  const rounds = quick ? 1 : 11;
  const amount = quick
    ? { changeCount: 10_000, imageCount: 4 }
    : { changeCount: 40_000, imageCount: 20 };
  const simulator = await BetfairSimulator.start();
  const server = await startChild('stream.server.mjs', amount);
  const { port, ca, bytes } = server.ready;
  const { sessions, close } = await createSessions(simulator.options());
  try {
    const stream = new BetfairStream(sessions, { host: '127.0.0.1', port, ca });
    const compare = (name) =>
      byTurns(rounds, {
        ours: () => readOurs(stream, name),
        plain: () => readPlain({ port, ca }, name),
      });
    return [
      figure('changes', await compare('changes'), bytes.changes),
      figure('images of 200 markets', await compare('images'), bytes.images),
    ];
  } finally {
    await close();
    await server.stop();
    await simulator.stop();
  }
}
