import { limit, type Trader } from '../market/market-wire.js';
import { changes, type ChangeMessage, StreamWorld, subscribe } from './stream-world.js';

const MARKET = '1.234567890';
const [UNDER, OVER] = [47_972, 47_973];
const STEP_MS = 500;
const ORDERS = { op: 'orderSubscription', id: 3 };

let world: StreamWorld;
let trader: Trader;

beforeEach(async () => {
  world = await StreamWorld.start({ accounts: [{ username: 'a' }, { username: 'b' }] });
  trader = await world.trader('a');
});

afterEach(() => world.stop());

async function placed(...instructions: readonly object[]) {
  const { status, instructionReports } = await trader.place(MARKET, ...instructions);
  expect(status).toBe('SUCCESS');
  return instructionReports.map(({ betId }) => betId);
}

/** The runners of the only market of the only message. */
function runners(messages: readonly ChangeMessage[]) {
  expect(messages).toMatchObject([{ op: 'ocm', oc: [{ id: MARKET }] }]);
  return messages[0]?.oc?.[0]?.orc ?? [];
}

describe('the image of an order subscription', () => {
  it('is empty for an account without orders', async () => {
    const { messages } = await world.subscribe({ ...ORDERS, heartbeatMs: 700 }, 'a');
    expect(messages).toEqual([
      {
        op: 'ocm',
        id: 3,
        ct: 'SUB_IMAGE',
        initialClk: expect.any(String),
        clk: expect.any(String),
        heartbeatMs: 700,
        conflateMs: 0,
        pt: world.clock.wall(),
      },
    ]);
  });

  it('has the orders that wait, and what was matched, of the account', async () => {
    const { back, lay } = await trader.best(MARKET, UNDER);
    const [matched, waiting, cancelled] = await placed(
      limit(UNDER, 'BACK', back.price, 1),
      { ...limit(UNDER, 'BACK', 1000, 2), customerOrderRef: 'mine' },
      limit(UNDER, 'BACK', 1000, 3),
    );
    const [laid] = await placed(limit(UNDER, 'LAY', lay.price, 1.5));
    await trader.cancel({ marketId: MARKET, instructions: [{ betId: cancelled }] });
    const { messages } = await world.subscribe(ORDERS, 'a');
    const now = world.clock.wall();
    expect(messages[0]?.oc).toEqual([
      {
        id: MARKET,
        closed: false,
        fullImage: true,
        orc: [
          {
            id: UNDER,
            fullImage: true,
            uo: [
              {
                id: waiting,
                p: 1000,
                s: 2,
                side: 'B',
                status: 'E',
                pt: 'L',
                ot: 'L',
                pd: now,
                sm: 0,
                sr: 2,
                sl: 0,
                sc: 0,
                sv: 0,
                rac: '',
                rc: 'REG_GGC',
                rfo: 'mine',
                rfs: '',
              },
            ],
            mb: [[back.price, 1]],
            ml: [[lay.price, 1.5]],
          },
        ],
      },
    ]);
    expect([matched, laid]).toEqual([expect.any(String), expect.any(String)]);
    expect((await world.subscribe(ORDERS, 'b')).messages[0]).not.toHaveProperty('oc');
  });

  it('adds up what was matched at one price', async () => {
    const { back } = await trader.best(MARKET, UNDER);
    await placed(limit(UNDER, 'BACK', back.price, 1), limit(UNDER, 'BACK', back.price, 1.5));
    const { messages } = await world.subscribe(ORDERS, 'a');
    expect(runners(messages)).toEqual([{ id: UNDER, fullImage: true, mb: [[back.price, 2.5]] }]);
  });

  it('has orders at the starting price and such without a limit', async () => {
    const liability = { marketOnCloseOrder: { liability: 4 }, orderType: 'MARKET_ON_CLOSE' };
    const limited = {
      limitOnCloseOrder: { liability: 10, price: 3.5 },
      orderType: 'LIMIT_ON_CLOSE',
    };
    await placed(
      { selectionId: UNDER, side: 'LAY', ...liability },
      { selectionId: UNDER, side: 'BACK', ...limited },
      { selectionId: OVER },
    );
    const { messages } = await world.subscribe(ORDERS, 'a');
    expect(runners(messages)).toMatchObject([
      {
        id: UNDER,
        uo: [
          { side: 'L', ot: 'MOC', bsp: 4, p: 0, s: 0, status: 'E' },
          { side: 'B', ot: 'LOC', bsp: 10, p: 3.5, s: 0, status: 'E' },
        ],
      },
      { id: OVER, uo: [{ side: 'B', ot: 'L', p: 0, s: 0, status: 'E' }] },
    ]);
    expect(runners(messages)[1]?.uo?.[0]).not.toHaveProperty('bsp');
    const prices = (await trader.orders()).map(({ priceSize }) => priceSize);
    expect(prices).toEqual([0, 3.5, 0].map((price) => ({ price, size: 0 })));
  });
});

describe('changes of orders', () => {
  it('come at once, in one message for an order of several bets', async () => {
    const { client } = await world.subscribe(ORDERS, 'a');
    const [one, other] = await placed(limit(UNDER, 'BACK', 1000, 2), limit(OVER, 'LAY', 1.01, 2));
    const messages = await changes(client);
    expect(runners(messages)).toMatchObject([
      { id: UNDER, uo: [{ id: one, status: 'E', sr: 2 }] },
      { id: OVER, uo: [{ id: other, status: 'E', side: 'L' }] },
    ]);
    expect(messages[0]).toMatchObject({ id: 3, clk: expect.any(String) });
    expect(JSON.stringify(messages)).not.toMatch(/fullImage|"ct"|"mb"|"ml"/);
  });

  it('tell once of an order that is matched when it is placed', async () => {
    const { client } = await world.subscribe(ORDERS, 'a');
    const { back } = await trader.best(MARKET, UNDER);
    const [id] = await placed(limit(UNDER, 'BACK', back.price, 1));
    expect(runners(await changes(client))).toMatchObject([
      {
        uo: [{ id, status: 'EC', sm: 1, sr: 0, avp: back.price, md: world.clock.wall() }],
        mb: [[back.price, 1]],
      },
    ]);
    await world.clock.advance(10 * STEP_MS);
    expect((await changes(client)).filter(({ oc }) => oc)).toEqual([]);
  });

  it('show the average price without the noise of its division', async () => {
    const { client } = await world.subscribe(ORDERS, 'a');
    await placed(limit(UNDER, 'BACK', 1.01, 1_000));
    const [runner] = runners(await changes(client));
    const avp = runner?.uo?.[0]?.avp ?? 0;
    expect(runner?.mb?.length).toBeGreaterThan(1);
    expect(String(avp)).toMatch(/^\d+(\.\d{1,2})?$/);
    const [order] = await trader.orders();
    expect(avp).toBeCloseTo(order?.averagePriceMatched ?? 0, 2);
    expect(avp).not.toBe(order?.averagePriceMatched);
  });

  it('tell of a part that is cancelled, then of the rest', async () => {
    const [betId] = await placed(limit(UNDER, 'BACK', 1000, 3));
    const { client } = await world.subscribe(ORDERS, 'a');
    await trader.cancel({ marketId: MARKET, instructions: [{ betId, sizeReduction: 1 }] });
    expect(runners(await changes(client))).toMatchObject([
      { uo: [{ id: betId, status: 'E', sc: 1, sr: 2, cd: world.clock.wall() }] },
    ]);
    await world.clock.advance(1_000);
    await trader.cancel();
    expect(runners(await changes(client))).toMatchObject([
      { uo: [{ id: betId, status: 'EC', sc: 3, sr: 0, cd: world.clock.wall() }] },
    ]);
    const { messages } = await world.subscribe(ORDERS, 'a');
    expect(messages[0]).not.toHaveProperty('oc');
  });

  it('tell of an order that prices reach, though nobody else looks', async () => {
    const { lay } = await trader.best(MARKET, UNDER);
    const [id] = await placed(limit(UNDER, 'BACK', lay.price, 2));
    const { client } = await world.subscribe(ORDERS, 'a');
    await world.clock.advance(10 * 60_000);
    const told = (await changes(client)).filter(({ oc }) => oc);
    const last = told.at(-1)?.oc?.[0]?.orc?.[0];
    expect(last).toMatchObject({ uo: [{ id, status: 'EC', sm: 2 }], mb: [[lay.price, 2]] });
    expect(await trader.orders()).toMatchObject([{ betId: id, sizeMatched: 2 }]);
  });

  it('are those of the own account', async () => {
    const { client } = await world.subscribe(ORDERS, 'b');
    await placed(limit(UNDER, 'BACK', 1000, 2));
    expect(await changes(client)).toEqual([]);
  });

  it('are looked for by no timer while no bet can be matched', async () => {
    const { client } = await world.subscribe(ORDERS, 'a');
    const idle = world.clock.timers;
    await placed({ selectionId: UNDER });
    await changes(client);
    expect(world.clock.timers).toBe(idle);
    await placed(limit(UNDER, 'BACK', 1000, 2));
    await changes(client);
    expect(world.clock.timers).toBe(idle + 1);
    await trader.cancel();
    await changes(client);
    expect(world.clock.timers).toBe(idle);
  });
});

describe('the filter of orders', () => {
  it('selects orders by their strategy; what was matched is of all', async () => {
    const { back } = await trader.best(MARKET, UNDER);
    for (const customerStrategyRef of ['one', 'two']) {
      const instructions = [limit(UNDER, 'BACK', back.price, 1), limit(UNDER, 'BACK', 1000, 2)];
      await trader.betting('placeOrders', { marketId: MARKET, customerStrategyRef, instructions });
    }
    const orderFilter = { customerStrategyRefs: ['two'], partitionMatchedByStrategyRef: true };
    const { client, messages } = await world.subscribe({ ...ORDERS, orderFilter }, 'a');
    expect(runners(messages)).toMatchObject([{ uo: [{ rfs: 'two' }], mb: [[back.price, 2]] }]);
    await placed(limit(OVER, 'BACK', 1000, 2));
    expect(await changes(client)).toEqual([]);
  });

  it('leaves out what was matched if that is asked for', async () => {
    const { back } = await trader.best(MARKET, UNDER);
    const orderFilter = { includeOverallPosition: false };
    const { client } = await world.subscribe({ ...ORDERS, orderFilter }, 'a');
    await placed(limit(UNDER, 'BACK', back.price, 1));
    expect(runners(await changes(client))).toEqual([{ id: UNDER, uo: [expect.any(Object)] }]);
    expect(await subscribe(client, { ...ORDERS, orderFilter })).not.toMatchObject([
      { oc: expect.any(Array) },
    ]);
  });
});
