import { BetfairSimulator, createTestSession } from '../../../../lib/testing/index.js';
import { limit } from '../market/market-wire.js';
import { StreamCache } from './stream-cache.js';
import { expectBooks } from './stream-expectations.js';
import { StreamWire } from './stream-wire.js';
import { changes, nextChange, StreamWorld, subscribe } from './stream-world.js';
import { rightClient, TestClock, until } from '../wire.js';

const MARKET = '1.234567890';
const STEP_MS = 500;
const HOUR_MS = 3_600_000;
const DEFINITION = { marketDataFilter: { fields: ['EX_MARKET_DEF'] } };
const ORDERS = { op: 'orderSubscription', id: 3 };

let world: StreamWorld;

beforeEach(async () => {
  world = await StreamWorld.start();
});

afterEach(() => world.stop());

describe('heartbeats', () => {
  it.each([
    ['markets', DEFINITION, 'mcm'],
    ['orders', { op: 'orderSubscription' }, 'ocm'],
  ])('of %s come when nothing changes, with the clock and without changes', async (_, what, op) => {
    const { client, messages } = await world.subscribe({ ...what, id: 8, heartbeatMs: 700 });
    const start = world.clock.wall();
    await world.clock.advance(2_200);
    const beats = await changes(client);
    expect(beats.map(({ pt }) => pt - start)).toEqual([700, 1_400, 2_100]);
    for (const beat of beats) {
      expect(beat).toEqual({
        op,
        id: 8,
        ct: 'HEARTBEAT',
        pt: expect.any(Number),
        clk: expect.any(String),
      });
    }
    const resumed = { initialClk: messages[0]?.initialClk, clk: beats.at(-1)?.clk };
    expect(await subscribe(client, { ...what, ...resumed })).toMatchObject([{ ct: 'RESUB_DELTA' }]);
  });

  it.each([
    [undefined, 5_000],
    [1, 500],
    [0, 500],
    [5_001, 5_000],
    ['800', 800],
  ])('asked for every %s ms come every %i', async (heartbeatMs, expected) => {
    const { client, messages } = await world.subscribe({ ...ORDERS, heartbeatMs });
    expect(messages).toMatchObject([{ heartbeatMs: expected }]);
    await world.clock.advance(expected - 1);
    expect(await changes(client)).toEqual([]);
    await world.clock.advance(1);
    expect(await changes(client)).toMatchObject([{ ct: 'HEARTBEAT' }]);
  });

  it('wait anew after each change', async () => {
    const { client } = await world.subscribe({ ...ORDERS, heartbeatMs: 1_000 });
    const trader = await world.trader();
    await world.clock.advance(900);
    await trader.place('1.2', { selectionId: 1_000 });
    expect(await changes(client)).toMatchObject([{ oc: [{ id: '1.2' }] }]);
    await world.clock.advance(999);
    expect(await changes(client)).toEqual([]);
    await world.clock.advance(1);
    expect(await changes(client)).toMatchObject([{ ct: 'HEARTBEAT' }]);
  });
});

describe('conflateMs', () => {
  it('sends changes no more often, and nothing is lost', async () => {
    const { client, messages } = await world.subscribe({ conflateMs: 2_000, heartbeatMs: 1_500 });
    expect(messages).toMatchObject([{ conflateMs: 2_000 }]);
    const cache = new StreamCache(messages);
    const start = world.clock.wall();
    await world.clock.advance(10_000);
    const told = await changes(client);
    const deltas = told.filter(({ mc }) => mc);
    expect(deltas.map(({ pt }) => pt - start)).toEqual([2_000, 4_000, 6_000, 8_000, 10_000]);
    expect(deltas.flatMap(({ mc = [] }) => mc).every(({ con }) => con)).toBe(true);
    expect(told.filter(({ ct }) => ct === 'HEARTBEAT')).toHaveLength(5);
    for (const message of told) cache.take(message);
    await expectBooks(cache, await world.trader());
  });

  it('holds for orders too', async () => {
    const { client } = await world.subscribe({ ...ORDERS, conflateMs: 2_000 });
    const trader = await world.trader();
    for (const price of [1_000, 990]) await trader.place(MARKET, limit(47_972, 'BACK', price, 2));
    expect(await changes(client)).toEqual([]);
    await world.clock.advance(2_000);
    expect(await changes(client)).toMatchObject([
      { oc: [{ id: MARKET, orc: [{ uo: [{ p: 1_000 }, { p: 990 }] }] }] },
    ]);
  });

  it.each([
    [-1, 0],
    [120_001, 120_000],
  ])('of %i is taken as %i', async (conflateMs, expected) => {
    const { messages } = await world.subscribe({ conflateMs });
    expect(messages).toMatchObject([{ conflateMs: expected }]);
  });
});

describe('segmentationEnabled', () => {
  it('splits what is of many markets, with clocks at the end only', async () => {
    const { client, messages } = await world.subscribe({ segmentationEnabled: true, id: 5 });
    expect(messages.map(({ segmentType }) => segmentType)).toEqual([
      'SEG_START',
      'SEG',
      'SEG',
      'SEG_END',
    ]);
    for (const message of messages) {
      expect(message).toMatchObject({ op: 'mcm', id: 5, ct: 'SUB_IMAGE', heartbeatMs: 5_000 });
      expect(message.mc).toHaveLength(3);
    }
    for (const name of ['clk', 'initialClk']) {
      expect(messages.map((message) => name in message)).toEqual([false, false, false, true]);
    }
    expect(new Set(messages.flatMap(({ mc = [] }) => mc.map(({ id }) => id))).size).toBe(12);
    world.clock.setWallBack(-HOUR_MS);
    await world.clock.advance(STEP_MS);
    const delta = await changes(client);
    expect(delta).toMatchObject([
      { segmentType: 'SEG_START' },
      { segmentType: 'SEG' },
      { segmentType: 'SEG' },
      { segmentType: 'SEG_END' },
    ]);
    expect(delta[0]).not.toHaveProperty('ct');
  });

  it('leaves whole what is of few markets', async () => {
    const marketFilter = { marketTypes: ['MATCH_ODDS'] };
    const { messages } = await world.subscribe({ segmentationEnabled: true, marketFilter });
    expect(messages).toHaveLength(1);
    expect(messages[0]).not.toHaveProperty('segmentType');
  });

  it('missing leaves everything whole', async () => {
    const { messages } = await world.subscribe({});
    expect(messages).toHaveLength(1);
    expect(messages[0]).not.toHaveProperty('segmentType');
  });
});

describe('a connection without a subscription', () => {
  it('is closed after 15 seconds without a message', async () => {
    const client = await world.connect();
    await world.clock.advance(14_999);
    expect(await changes(client)).toEqual([]);
    await world.clock.advance(15_000);
    expect(await client.next()).toMatchObject({ errorCode: 'TIMEOUT', connectionClosed: true });
    await client.closed;
  });

  it('is closed though its subscription was refused', async () => {
    const client = await world.connect();
    world.simulator.stream.fail('SUBSCRIPTION_LIMIT_EXCEEDED', { op: 'subscription' });
    await client.ask({ op: 'marketSubscription' });
    await world.clock.advance(15_000);
    expect(await client.next()).toMatchObject({ errorCode: 'TIMEOUT' });
  });

  it('stays open with one', async () => {
    const { client } = await world.subscribe({ ...ORDERS, heartbeatMs: 5_000 });
    await world.clock.advance(60_000);
    expect(await changes(client)).toHaveLength(12);
  });
});

it('no timer is left when the connections are closed', async () => {
  const { client } = await world.subscribe({ conflateMs: 1_000 });
  await subscribe(client, ORDERS);
  const other = await world.connect();
  expect(world.clock.timers).toBeGreaterThan(4);
  client.destroy();
  other.destroy();
  await until(() => world.simulator.stream.counts.open === 0);
  expect(world.clock.timers).toBe(0);
});

it('a session that expired is refused at the next change message', async () => {
  const { client } = await world.subscribe({ ...ORDERS, heartbeatMs: 5_000 });
  world.clock.setWallBack(-13 * HOUR_MS);
  await world.clock.advance(5_000);
  const status = await client.next();
  expect(status).toMatchObject({
    errorCode: 'INVALID_SESSION_INFORMATION',
    connectionClosed: true,
  });
  expect(status).not.toHaveProperty('id');
  await client.closed;
});

describe('a client that does not read', () => {
  it('is not sent every image that it asks for', async () => {
    const client = await world.connect();
    client.pause();
    const line = `${JSON.stringify({ op: 'marketSubscription', id: 2 })}\r\n`;
    client.write(line.repeat(300));
    await until(() => world.simulator.stream.counts.subscriptions === 300);
    client.resume();
    const received = await client.sync();
    const images = received.filter((message) => JSON.stringify(message).includes('SUB_IMAGE'));
    expect(images.length).toBeLessThan(20);
    await world.clock.advance(10 * STEP_MS);
    expect((await changes(client)).length).toBeGreaterThan(0);
  });
});

it('with a clock that has no timers, those of the machine count', async () => {
  const clock = new TestClock();
  await using simulator = await BetfairSimulator.start({ clock });
  const options = simulator.options();
  const token = await rightClient(options).token();
  const client = new StreamWire(simulator);
  await client.next();
  await client.ask(createTestSession({ ...options, token }).streamAuthentication());
  await subscribe(client, {});
  clock.now += HOUR_MS;
  expect(await nextChange(client)).toMatchObject({ op: 'mcm', pt: clock.now });
  client.destroy();
});
