import { createTestSession, BetfairSimulator } from '../../../../lib/testing/index.js';
import { StreamCache } from './stream-cache.js';
import { expectBooks } from './stream-expectations.js';
import { StreamWire } from './stream-wire.js';
import { isChangeMessage, StreamWorld } from './stream-world.js';
import { rightClient } from '../wire.js';

it('closes a connection that is silent for 15 seconds and has no subscription', async () => {
  await using simulator = await BetfairSimulator.start();
  const options = simulator.options();
  const token = await rightClient(options).token();
  const authentication = createTestSession({ ...options, token }).streamAuthentication();
  const [silent, authenticated, subscribed] = Array.from(
    { length: 3 },
    () => new StreamWire(simulator),
  );
  for (const client of [silent, authenticated, subscribed]) await client?.next();
  await authenticated?.ask(authentication);
  await subscribed?.ask(authentication);
  await subscribed?.ask({ op: 'orderSubscription' });

  for (const client of [silent, authenticated]) {
    expect(await client?.next()).toMatchObject({ errorCode: 'TIMEOUT', connectionClosed: true });
    await client?.closed;
  }
  const [image, ...heartbeats] = (await subscribed?.sync()) ?? [];
  expect(image).toMatchObject({ ct: 'SUB_IMAGE' });
  expect(heartbeats.length).toBeGreaterThan(1);
  for (const beat of heartbeats) expect(beat).toMatchObject({ ct: 'HEARTBEAT' });
  subscribed?.destroy();
}, 60_000);

it('a client that does not read is sent nothing more, and later all that it missed at once', async () => {
  await using world = await StreamWorld.start();
  const { client, messages } = await world.subscribe({ segmentationEnabled: true });
  const cache = new StreamCache(messages);
  client.pause();
  // Its answers fill what lies between, and then the simulator does not read its messages any more.
  const questions = '{"op":"heartbeat","id":1}\r\n'.repeat(1_000);
  let steps = 0;
  for (let unread = 0, taken = 0; unread < 10; steps += 1) {
    client.write(questions).send({ op: 'orderSubscription', id: 3 });
    await world.clock.advance(500);
    const { subscriptions } = world.simulator.stream.counts;
    unread = subscriptions === taken ? unread + 1 : 0;
    taken = subscriptions;
  }
  await world.clock.advance(50_000);
  client.resume();
  const received = await client.sync();
  cache.takeAll(received);
  const deltas = received
    .filter(isChangeMessage)
    .filter(({ mc, segmentType }) => mc && segmentType !== 'SEG_START' && segmentType !== 'SEG');
  expect(deltas.length).toBeLessThan(steps);
  expect(deltas.at(-1)?.mc?.map(({ con }) => con)).toContain(true);
  await expectBooks(cache, await world.trader());
}, 120_000);
