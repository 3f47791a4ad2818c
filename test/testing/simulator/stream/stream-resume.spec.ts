import { limit } from '../market/market-wire.js';
import { type ChangeMessage, changes, StreamWorld, subscribe } from './stream-world.js';

const MARKET = '1.234567890';
const ONE_MARKET = { marketFilter: { marketIds: [MARKET] } };
const ORDERS = { op: 'orderSubscription', id: 3 };
const STEP_MS = 500;

let world: StreamWorld;

beforeEach(async () => {
  world = await StreamWorld.start();
});

afterEach(() => world.stop());

/** What a client must send to go on from there. */
function clocks(messages: readonly ChangeMessage[]) {
  return { initialClk: messages[0]?.initialClk, clk: messages.at(-1)?.clk };
}

describe('a subscription with initialClk and clk', () => {
  it('gets what changed since, as one delta', async () => {
    const { client, messages } = await world.subscribe(ONE_MARKET);
    client.destroy();
    await world.clock.advance(20 * STEP_MS);
    const { messages: resumed } = await world.subscribe({ ...ONE_MARKET, ...clocks(messages) });
    expect(resumed).toMatchObject([
      {
        ct: 'RESUB_DELTA',
        initialClk: messages[0]?.initialClk,
        heartbeatMs: 5_000,
        conflateMs: 0,
        mc: [{ id: MARKET, rc: expect.any(Array) }],
      },
    ]);
    expect(resumed[0]?.clk).not.toBe(messages[0]?.clk);
    expect(resumed[0]?.mc?.[0]).not.toHaveProperty('img');
    expect(resumed[0]?.mc?.[0]).not.toHaveProperty('marketDefinition');
    expect(world.simulator.stream.counts).toMatchObject({ subscriptions: 2, resumed: 1 });
  });

  it('leaves out markets that did not change', async () => {
    const fields = { marketDataFilter: { fields: ['EX_MARKET_DEF'] } };
    const { messages } = await world.subscribe(fields);
    world.clock.setWallBack(-90 * 60_000);
    const { messages: resumed } = await world.subscribe({ ...fields, ...clocks(messages) });
    expect(messages[0]?.mc).toHaveLength(12);
    // The first race is in play by then, nothing else.
    expect(resumed[0]?.mc?.map(({ id }) => id)).toEqual(['1.234567990']);
  });

  it('is answered with an empty delta if nothing changed, and goes on', async () => {
    const { messages } = await world.subscribe(ONE_MARKET);
    const { client, messages: resumed } = await world.subscribe({
      ...ONE_MARKET,
      ...clocks(messages),
    });
    expect(resumed).toMatchObject([{ ct: 'RESUB_DELTA' }]);
    expect(resumed[0]).not.toHaveProperty('mc');
    await world.clock.advance(10 * STEP_MS);
    expect((await changes(client)).length).toBeGreaterThan(0);
  });

  it('gets each order that changed', async () => {
    const trader = await world.trader();
    await trader.place(MARKET, limit(47_972, 'BACK', 1000, 2));
    await trader.place(MARKET, limit(47_972, 'BACK', 990, 2));
    const { client, messages } = await world.subscribe(ORDERS);
    client.destroy();
    const [first] = await trader.orders();
    await trader.cancel({ marketId: MARKET, instructions: [{ betId: first?.betId }] });
    const { back } = await trader.best(MARKET, 47_973);
    await trader.place(MARKET, limit(47_973, 'BACK', back.price, 1));
    const { messages: resumed } = await world.subscribe({ ...ORDERS, ...clocks(messages) });
    expect(resumed).toMatchObject([
      {
        op: 'ocm',
        ct: 'RESUB_DELTA',
        oc: [
          {
            id: MARKET,
            orc: [
              { id: 47_972, uo: [{ id: first?.betId, status: 'EC', sc: 2 }] },
              { id: 47_973, uo: [{ status: 'EC', sm: 1 }], mb: [[back.price, 1]] },
            ],
          },
        ],
      },
    ]);
    expect(JSON.stringify(resumed)).not.toContain('fullImage');
  });

  it('can have other times and segments, and its filter in another order', async () => {
    const ids = [MARKET, '1.234567891'];
    const { messages } = await world.subscribe({ marketFilter: { marketIds: ids } });
    const { messages: resumed } = await world.subscribe({
      ...clocks(messages),
      marketFilter: { marketIds: ids.toReversed() },
      heartbeatMs: 500,
      conflateMs: 100,
      segmentationEnabled: true,
    });
    expect(resumed).toMatchObject([{ ct: 'RESUB_DELTA', heartbeatMs: 500, conflateMs: 100 }]);
  });
});

describe('INVALID_CLOCK closes the connection for', () => {
  type Clocks = ReturnType<typeof clocks>;

  it.each<[string, (own: Clocks) => object]>([
    ['an initialClk alone', ({ initialClk }) => ({ initialClk })],
    ['a clk alone', ({ clk }) => ({ clk })],
    ['clocks that are swapped', ({ initialClk, clk }) => ({ initialClk: clk, clk: initialClk })],
    ['an unreadable clk', ({ initialClk }) => ({ initialClk, clk: 'AAA' })],
    ['an unreadable initialClk', ({ clk }) => ({ initialClk: 'AAA', clk })],
    ['a clk that was cut', ({ initialClk, clk }) => ({ initialClk, clk: clk?.slice(0, 9) })],
    ['a clk of the future', ({ initialClk, clk }) => ({ initialClk, clk: `${clk}0` })],
    ['a number without end', ({ initialClk, clk }) => ({ initialClk, clk: `${clk}zzz` })],
    ['other markets', (own) => ({ ...own, marketFilter: { marketIds: ['1.234567891'] } })],
    ['other fields', (own) => ({ ...own, marketDataFilter: { fields: ['EX_LTP'] } })],
    ['other levels', (own) => ({ ...own, marketDataFilter: { ladderLevels: 4 } })],
    ['orders', (own) => ({ ...own, op: 'orderSubscription' })],
  ])('%s', async (_name, change) => {
    const { messages } = await world.subscribe(ONE_MARKET);
    const client = await world.connect();
    const op = 'marketSubscription';
    expect(
      await client.ask({ op, id: 4, ...ONE_MARKET, ...change(clocks(messages)) }),
    ).toMatchObject({ id: 4, errorCode: 'INVALID_CLOCK', connectionClosed: true });
    await client.closed;
  });

  it('clocks of another simulator, and of another account', async () => {
    const other = await StreamWorld.start({ accounts: [{ username: 'a' }, { username: 'b' }] });
    try {
      const { messages } = await world.subscribe(ONE_MARKET);
      const client = await other.connect('a');
      const markets = { op: 'marketSubscription', ...ONE_MARKET };
      const refused = { errorCode: 'INVALID_CLOCK' };
      expect(await client.ask({ ...markets, ...clocks(messages) })).toMatchObject(refused);
      const orders = await other.subscribe(ORDERS, 'a');
      const second = await other.connect('b');
      expect(await second.ask({ ...ORDERS, ...clocks(orders.messages) })).toMatchObject(refused);
    } finally {
      await other.stop();
    }
  });
});

it('clocks are accepted on the connection that received them, too', async () => {
  const { client, messages } = await world.subscribe(ONE_MARKET);
  await world.clock.advance(20 * STEP_MS);
  const last = [...messages, ...(await changes(client))];
  expect(await subscribe(client, { ...ONE_MARKET, ...clocks(last) })).toMatchObject([
    { ct: 'RESUB_DELTA' },
  ]);
});
