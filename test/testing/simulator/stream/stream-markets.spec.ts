import type { PriceSize } from '../market/market-wire.js';
import {
  changes,
  type MarketChange,
  nextChange,
  type Rows,
  StreamWorld,
  subscribe,
} from './stream-world.js';

const MARKET = '1.234567890';
const STEP_MS = 500;
const HOUR_MS = 3_600_000;

let world: StreamWorld;

beforeEach(async () => {
  world = await StreamWorld.start();
});

afterEach(() => world.stop());

/** The only market of the only message. */
function only(messages: readonly { readonly mc?: readonly MarketChange[] }[]): MarketChange {
  expect(messages).toMatchObject([{ mc: [{ id: expect.any(String) }] }]);
  const market = messages[0]?.mc?.[0];
  if (!market) throw new Error('No market');
  return market;
}

function rows(offers: readonly PriceSize[] = []): Rows {
  return offers.map(({ price, size }) => [price, size]);
}

function levels(offers: readonly PriceSize[] = []): Rows {
  return rows(offers).map((row, level) => [level, ...row]);
}

function marketData(...fields: string[]) {
  return { marketFilter: { marketIds: [MARKET] }, marketDataFilter: { fields } };
}

/** What listMarketBook says of the runners of the market. */
async function book(...priceData: string[]) {
  const [market] = await (await world.trader()).books([MARKET], ...priceData);
  return market?.runners ?? [];
}

describe('the image of a market subscription', () => {
  it('names its clocks and times, and has each market as an image', async () => {
    const { messages } = await world.subscribe({ id: 7, heartbeatMs: 1_000, conflateMs: 250 });
    expect(messages).toEqual([
      {
        op: 'mcm',
        id: 7,
        ct: 'SUB_IMAGE',
        initialClk: expect.any(String),
        clk: expect.any(String),
        heartbeatMs: 1_000,
        conflateMs: 250,
        pt: world.clock.wall(),
        mc: expect.any(Array),
      },
    ]);
    const ids = (await (await world.trader()).catalogue()).map(({ marketId }) => marketId);
    expect(messages[0]?.mc?.map(({ id, img }) => [id, img])).toEqual(ids.map((id) => [id, true]));
  });

  it('has three levels of the best prices, which are those of listMarketBook', async () => {
    const { messages } = await world.subscribe(marketData('EX_BEST_OFFERS', 'EX_BEST_OFFERS_DISP'));
    const runners = await book('EX_BEST_OFFERS');
    expect(only(messages)).toEqual({
      id: MARKET,
      img: true,
      rc: runners.map(({ selectionId, ex }) => {
        const [back, lay] = [levels(ex?.availableToBack), levels(ex?.availableToLay)];
        expect(back).toHaveLength(3);
        return { id: selectionId, batb: back, batl: lay, bdatb: back, bdatl: lay };
      }),
    });
  });

  it.each([1, 10])('has %i levels if that is asked for', async (ladderLevels) => {
    const { messages } = await world.subscribe({
      marketFilter: { marketIds: [MARKET] },
      marketDataFilter: { fields: ['EX_BEST_OFFERS'], ladderLevels },
    });
    for (const { batb, batl } of only(messages).rc ?? []) {
      expect([batb, batl]).toMatchObject([{ length: ladderLevels }, { length: ladderLevels }]);
    }
  });

  it('has all prices, what was traded and the last price', async () => {
    const fields = ['EX_ALL_OFFERS', 'EX_TRADED', 'EX_TRADED_VOL', 'EX_LTP'];
    const { messages } = await world.subscribe(marketData(...fields));
    const [market] = await (await world.trader()).books([MARKET], 'EX_ALL_OFFERS', 'EX_TRADED');
    expect(only(messages)).toEqual({
      id: MARKET,
      img: true,
      tv: market?.totalMatched,
      rc: market?.runners.map(({ selectionId, totalMatched, ex }) => ({
        id: selectionId,
        ltp: ex?.availableToBack[0]?.price,
        tv: totalMatched,
        atb: rows(ex?.availableToBack),
        atl: rows(ex?.availableToLay),
        trd: rows(ex?.tradedVolume),
      })),
    });
  });

  it('has a whole market definition', async () => {
    const { messages } = await world.subscribe(marketData('EX_MARKET_DEF'));
    const entry = (await (await world.trader()).catalogue({ filter: { marketIds: [MARKET] } }))[0];
    expect(only(messages)).toEqual({
      id: MARKET,
      img: true,
      marketDefinition: {
        bspMarket: false,
        turnInPlayEnabled: true,
        persistenceEnabled: true,
        marketBaseRate: 5,
        eventId: entry?.event.id,
        eventTypeId: '1',
        numberOfWinners: 1,
        bettingType: 'ODDS',
        marketType: 'OVER_UNDER_25',
        marketTime: entry?.marketStartTime,
        suspendTime: entry?.marketStartTime,
        bspReconciled: false,
        complete: true,
        inPlay: false,
        crossMatching: true,
        runnersVoidable: false,
        numberOfActiveRunners: 2,
        betDelay: 0,
        status: 'OPEN',
        regulators: ['MR_INT'],
        priceLadderDefinition: { type: 'CLASSIC' },
        countryCode: 'GB',
        discountAllowed: true,
        timezone: 'Europe/London',
        openDate: entry?.event.openDate,
        version: expect.any(Number),
        runners: [
          { status: 'ACTIVE', sortPriority: 1, id: 47_972 },
          { status: 'ACTIVE', sortPriority: 2, id: 47_973 },
        ],
      },
    });
  });

  it('has everything if no fields are named', async () => {
    const { messages } = await world.subscribe({ marketFilter: { marketIds: [MARKET] } });
    const { rc = [], ...market } = only(messages);
    expect(Object.keys(market).toSorted()).toEqual(['id', 'img', 'marketDefinition', 'tv']);
    expect(Object.keys(rc[0] ?? {}).toSorted()).toEqual([
      'atb',
      'atl',
      'batb',
      'batl',
      'bdatb',
      'bdatl',
      'id',
      'ltp',
      'trd',
      'tv',
    ]);
  });

  it('has nothing of fields of the starting price', async () => {
    const { messages } = await world.subscribe(marketData('SP_TRADED', 'SP_PROJECTED'));
    expect(only(messages)).toEqual({ id: MARKET, img: true });
  });
});

describe('the filter of markets', () => {
  it.each([
    [{ eventTypeIds: ['1'] }, 6],
    [{ eventTypeIds: [7], marketTypes: ['WIN'] }, 6],
    [{ marketTypes: ['MATCH_ODDS'] }, 3],
    [{ eventIds: ['33445566'] }, 2],
    [
      { countryCodes: ['GB'], bettingTypes: ['ODDS'], turnInPlayEnabled: true, bspMarket: false },
      12,
    ],
    [{ bettingTypes: ['LINE', 'RANGE', 'ASIAN_HANDICAP_DOUBLE_LINE'] }, 0],
    [{ bettingTypes: ['ASIAN_HANDICAP_SINGLE_LINE', 'ODDS'] }, 12],
    [{ bspMarket: true }, 0],
    [{ countryCodes: ['IT'] }, 0],
    [{ marketIds: ['1.5', MARKET, 'nonsense'] }, 2],
    [{ marketIds: [MARKET], eventTypeIds: ['7'] }, 0],
  ])('%j selects %i', async (marketFilter, count) => {
    const { messages } = await world.subscribe({ marketFilter });
    expect(messages).toMatchObject([{ ct: 'SUB_IMAGE' }]);
    expect(messages[0]?.mc?.length ?? 0).toBe(count);
  });
});

describe('changes of markets', () => {
  it('come when prices change, with what changed and nothing else', async () => {
    const { client, messages } = await world.subscribe(marketData('EX_ALL_OFFERS'));
    const before = only(messages);
    await world.clock.advance(20 * STEP_MS);
    const deltas = await changes(client);
    expect(deltas.length).toBeGreaterThan(2);
    const prices = new Map(before.rc?.map(({ id, atb = [] }) => [id, new Map(rowMap(atb))]));
    for (const delta of deltas) {
      expect(delta).toMatchObject({ op: 'mcm', id: 2, clk: expect.any(String) });
      for (const name of ['ct', 'initialClk', 'heartbeatMs', 'segmentType', 'status']) {
        expect(delta).not.toHaveProperty(name);
      }
      const { img, con, rc = [] } = only([delta]);
      expect([img, con]).toEqual([undefined, undefined]);
      for (const { id, atb = [] } of rc) {
        for (const [price, size] of rowMap(atb)) {
          expect(prices.get(id)?.get(price) ?? 0).not.toBe(size);
          prices.get(id)?.set(price, size);
        }
      }
    }
    for (const { selectionId, ex } of await book('EX_ALL_OFFERS')) {
      const left = [...(prices.get(selectionId) ?? [])].filter(([, size]) => size > 0);
      expect(new Map(left)).toEqual(new Map(rowMap(rows(ex?.availableToBack))));
    }
  });

  it('come at the steps of prices and carry their time', async () => {
    const { client } = await world.subscribe({});
    const start = world.clock.wall();
    await world.clock.advance(10 * STEP_MS);
    const times = (await changes(client)).map(({ pt }) => pt - start);
    expect(times.length).toBeGreaterThan(5);
    expect(times.filter((time) => time % STEP_MS !== 0)).toEqual([]);
  });

  it('tell once that a market is in play', async () => {
    const { client } = await world.subscribe(marketData('EX_MARKET_DEF'));
    world.clock.setWallBack(-3 * HOUR_MS);
    await world.clock.advance(4 * STEP_MS);
    expect(only(await changes(client))).toMatchObject({
      marketDefinition: { inPlay: true, status: 'OPEN' },
    });
  });

  it('come for the new subscription only when it replaces another', async () => {
    const { client } = await world.subscribe({ ...marketData('EX_ALL_OFFERS'), id: 2 });
    const other = await subscribe(client, { id: 3, marketFilter: { eventTypeIds: ['7'] } });
    expect(other).toMatchObject([{ id: 3, ct: 'SUB_IMAGE' }]);
    await world.clock.advance(4 * STEP_MS);
    const deltas = await changes(client);
    expect(deltas.length).toBeGreaterThan(0);
    expect(new Set(deltas.map(({ id }) => id))).toEqual(new Set([3]));
  });

  it('follow a clock that is set back', async () => {
    const { client, messages } = await world.subscribe(marketData('EX_ALL_OFFERS'));
    await world.clock.advance(10 * STEP_MS);
    await changes(client);
    world.clock.setWallBack(11 * STEP_MS);
    await world.clock.advance(STEP_MS);
    expect(await changes(client)).toMatchObject([{ mc: [{ id: MARKET }] }]);
    const { messages: again } = await world.subscribe(marketData('EX_ALL_OFFERS'));
    expect(only(again)).toEqual(only(messages));
  });
});

function* rowMap(all: Rows): Iterable<readonly [number, number]> {
  for (const [price = 0, size = 0] of all) yield [price, size];
}

it('both kinds of subscription live on one connection, each with its id', async () => {
  const client = await world.connect();
  await subscribe(client, { id: 2 });
  expect(await subscribe(client, { op: 'orderSubscription', id: 3 })).toMatchObject([
    { op: 'ocm', id: 3, ct: 'SUB_IMAGE' },
  ]);
  await world.clock.advance(STEP_MS);
  expect(await nextChange(client)).toMatchObject({ op: 'mcm', id: 2 });
});
