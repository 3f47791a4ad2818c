import { setTimeout as pause } from 'node:timers/promises';
import { limit } from '../market/market-wire.js';
import { changes, StreamWorld, subscribe } from './stream-world.js';
import { until } from '../wire.js';

const MARKET = '1.234567890';
const MARKETS = { op: 'marketSubscription', id: 2 };
const ORDERS = { op: 'orderSubscription', id: 3 };
const STEP_MS = 500;

let world: StreamWorld;

async function start(limits?: { markets?: number }): Promise<void> {
  world = await StreamWorld.start({ ...(limits && { limits }) });
}

afterEach(() => world.stop());

describe('INVALID_INPUT closes the connection for', () => {
  it.each([
    [{ ...MARKETS, marketFilter: 'all' }, 'marketFilter'],
    [{ ...MARKETS, marketFilter: { marketIds: MARKET } }, 'marketIds'],
    [{ ...MARKETS, marketFilter: { marketIds: [{}] } }, 'marketIds'],
    [{ ...MARKETS, marketFilter: { bspMarket: 'no' } }, 'bspMarket'],
    [{ ...MARKETS, marketFilter: { bettingTypes: ['ODDS', 'EVENS'] } }, 'bettingTypes'],
    [{ ...MARKETS, marketDataFilter: [] }, 'marketDataFilter'],
    [{ ...MARKETS, marketDataFilter: { fields: ['EX_NOTHING'] } }, 'fields'],
    [{ ...MARKETS, marketDataFilter: { ladderLevels: 0 } }, 'ladderLevels'],
    [{ ...MARKETS, marketDataFilter: { ladderLevels: 11 } }, 'ladderLevels'],
    [{ ...MARKETS, marketDataFilter: { ladderLevels: 1.5 } }, 'ladderLevels'],
    [{ ...MARKETS, heartbeatMs: 'often' }, 'heartbeatMs'],
    [{ ...MARKETS, conflateMs: [] }, 'conflateMs'],
    [{ ...MARKETS, segmentationEnabled: 1 }, 'segmentationEnabled'],
    [{ ...MARKETS, clk: 5 }, 'clk'],
    [{ ...ORDERS, orderFilter: true }, 'orderFilter'],
    [{ ...ORDERS, orderFilter: { includeOverallPosition: 'yes' } }, 'includeOverallPosition'],
    [{ ...ORDERS, orderFilter: { customerStrategyRefs: 'one' } }, 'customerStrategyRefs'],
  ])('%j', async (message, name) => {
    await start();
    const client = await world.connect();
    expect(await client.ask(message)).toMatchObject({
      id: message.id,
      errorCode: 'INVALID_INPUT',
      errorMessage: expect.stringContaining(name),
      connectionClosed: true,
    });
    await client.closed;
    expect(world.simulator.stream.counts.subscriptions).toBe(0);
  });
});

describe('the id of a message', () => {
  it.each([
    ['7', 7],
    [-2_147_483_648, -2_147_483_648],
    ['2147483647', 2_147_483_647],
  ])('may be %j: answers and changes have %d', async (id, read) => {
    await start();
    const client = await world.connect();
    expect(await client.ask({ op: 'heartbeat', id })).toMatchObject({ op: 'status', id: read });
    expect(await client.ask({ ...ORDERS, id })).toMatchObject({ op: 'status', id: read });
    expect(await client.next()).toMatchObject({ ct: 'SUB_IMAGE', id: read });
  });

  it('may be null, as if it were missing', async () => {
    await start();
    const client = await world.connect();
    const status = await client.ask({ op: 'heartbeat', id: null });
    expect(status).toMatchObject({ statusCode: 'SUCCESS' });
    expect(status).not.toHaveProperty('id');
  });

  it.each(['one', '', '1.5', 1.5, 2_147_483_648, true, {}, [1]])(
    'cannot be %j: INVALID_INPUT',
    async (id) => {
      await start();
      const client = await world.connect();
      const status = await client.ask({ ...ORDERS, id });
      expect(status).toMatchObject({
        errorCode: 'INVALID_INPUT',
        errorMessage: expect.stringContaining('id'),
        connectionClosed: true,
      });
      expect(status).not.toHaveProperty('id');
      await client.closed;
    },
  );
});

it('members that are null count as missing', async () => {
  await start();
  const nothing = { marketFilter: null, marketDataFilter: null, heartbeatMs: null, clk: null };
  const { messages } = await world.subscribe({ ...nothing, conflateMs: null, initialClk: null });
  expect(messages).toMatchObject([{ ct: 'SUB_IMAGE', heartbeatMs: 5_000, mc: { length: 12 } }]);
});

describe('limits.markets', () => {
  const two = { marketFilter: { marketIds: ['1.1', '1.2'] } };
  const three = { marketFilter: { marketIds: ['1.1', '1.2', '1.3'] } };

  it('of 2 lets two markets in, and leaves connection and subscription if it refuses', async () => {
    await start({ markets: 2 });
    const { client } = await world.subscribe({ ...two, id: 2 });
    expect(await client.ask({ ...MARKETS, ...three, id: 9 })).toMatchObject({
      id: 9,
      statusCode: 'FAILURE',
      errorCode: 'SUBSCRIPTION_LIMIT_EXCEEDED',
      connectionClosed: false,
    });
    await world.clock.advance(10 * STEP_MS);
    const deltas = await changes(client);
    expect(new Set(deltas.map(({ id }) => id))).toEqual(new Set([2]));
    expect(world.simulator.stream.counts).toMatchObject({ open: 1, subscriptions: 1 });
    expect(await subscribe(client, { ...two, id: 10 })).toMatchObject([{ id: 10 }]);
  });

  it('is 200 if it is not given', async () => {
    await start();
    const ids = Array.from({ length: 201 }, (_, index) => `1.${index}`);
    const client = await world.connect();
    expect(await client.ask({ ...MARKETS, marketFilter: { marketIds: ids } })).toMatchObject({
      errorCode: 'SUBSCRIPTION_LIMIT_EXCEEDED',
    });
    const marketIds = ids.slice(1);
    expect(await subscribe(client, { marketFilter: { marketIds } })).toMatchObject([
      { mc: { length: 200 } },
    ]);
  });

  it('cannot be -1', async () => {
    await expect(StreamWorld.start({ limits: { markets: -1 } })).rejects.toThrow('limits.markets');
    await start();
  });
});

describe('fail()', () => {
  it('refuses the next subscriptions with the code that a test asks for', async () => {
    await start();
    world.simulator.stream.fail('INVALID_CLOCK', { op: 'subscription', times: 2 });
    for (const message of [MARKETS, ORDERS]) {
      const client = await world.connect();
      expect(await client.ask(message)).toMatchObject({
        id: message.id,
        errorCode: 'INVALID_CLOCK',
        connectionClosed: true,
      });
      await client.closed;
    }
    await world.subscribe({});
  });

  it('leaves the connection and its subscription if the code is SUBSCRIPTION_LIMIT_EXCEEDED', async () => {
    await start();
    const { client } = await world.subscribe(ORDERS);
    world.simulator.stream.fail('SUBSCRIPTION_LIMIT_EXCEEDED', { op: 'subscription' });
    expect(await client.ask({ ...ORDERS, id: 4 })).toMatchObject({ connectionClosed: false });
    await world.clock.advance(5_000);
    expect(await changes(client)).toMatchObject([{ id: 3, ct: 'HEARTBEAT' }]);
  });

  it('of one kind leaves the other alone, and clearFaults() ends it', async () => {
    await start();
    const { stream } = world.simulator;
    stream.fail('UNEXPECTED_ERROR', { op: 'subscription', times: Infinity });
    const client = await world.connect();
    stream.fail('TOO_MANY_REQUESTS');
    expect(await client.ask(MARKETS)).toMatchObject({ errorCode: 'UNEXPECTED_ERROR' });
    world.simulator.clearFaults();
    await world.subscribe({});
  });
});

describe('disturbances', () => {
  it('silence() keeps the connections of now open, and lets nothing through', async () => {
    await start();
    const { client } = await world.subscribe({ heartbeatMs: 500 });
    const timers = world.clock.timers;
    world.simulator.stream.silence();
    let heard: unknown;
    void client.next().then((message) => (heard = message));
    client.send({ op: 'heartbeat', id: 5 }).send(MARKETS);
    await world.clock.advance(60_000);
    world.simulator.endSessions();
    const { client: other } = await world.subscribe(ORDERS);
    await pause(50);
    expect(heard).toBeUndefined();
    expect(timers).toBeGreaterThan(0);
    expect(world.simulator.stream.counts).toMatchObject({ open: 2, subscriptions: 2 });
    expect(await other.ask({ op: 'heartbeat' })).toMatchObject({ statusCode: 'SUCCESS' });
    world.simulator.stream.cut();
    await Promise.all([client.closed, other.closed]);
    await until(() => world.simulator.stream.counts.open === 0);
    expect(world.clock.timers).toBe(0);
  });

  it('late marks every change message with status 503 until it is false again', async () => {
    await start();
    const { stream } = world.simulator;
    stream.late = true;
    const { client, messages } = await world.subscribe({ ...ORDERS, heartbeatMs: 500 });
    expect(messages).toMatchObject([{ ct: 'SUB_IMAGE', status: 503 }]);
    await world.clock.advance(500);
    expect(await changes(client)).toMatchObject([{ ct: 'HEARTBEAT', status: 503 }]);
    world.simulator.clearFaults();
    expect(stream.late).toBe(false);
    await (await world.trader()).place(MARKET, limit(47_972, 'BACK', 1_000, 2));
    const [change] = await changes(client);
    expect(change).toMatchObject({ oc: [{ id: MARKET }] });
    expect(change).not.toHaveProperty('status');
  });

  it('garble() sends a line that is not JSON, and goes on', async () => {
    await start();
    const { client } = await world.subscribe(ORDERS);
    world.simulator.stream.garble();
    expect(await client.next()).toBe('{"op":"mcm","id":');
    await world.clock.advance(5_000);
    expect(await changes(client)).toMatchObject([{ ct: 'HEARTBEAT' }]);
  });
});

it('subscriptions end with the session', async () => {
  await start();
  const { client } = await world.subscribe({});
  world.simulator.endSessions();
  expect(await client.next()).toMatchObject({ errorCode: 'INVALID_SESSION_INFORMATION' });
  await client.closed;
});
