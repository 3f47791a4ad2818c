import { OrderBook } from '../../../../lib/testing/simulator/orders/order-book.js';
import { betOf } from '../../../../lib/testing/simulator/orders/order.checks.js';
import { readInstruction } from '../../../../lib/testing/simulator/orders/place.instruction.js';
import { SimulatedMarkets } from '../../../../lib/testing/simulator/market/simulated-markets.js';
import { limit, Trader } from './market-wire.js';
import { TestClock } from '../wire.js';

const MARKET = '1.234567890';
const UNDER = 47_972;
const OVER = 47_973;
const MADE_UP = '1.2';
const STEP = 500;
const HOUR = 3_600_000;

let trader: Trader;

beforeEach(async () => {
  trader = await Trader.start({ accounts: [{}, { username: 'other' }] });
});

afterEach(() => trader.simulator.stop());

/** Waits for a time at which that is so, for a virtual hour at most. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let step = 0; step < 720; step++) {
    if (await condition()) return;
    trader.clock.now += 10 * STEP;
  }
  throw new Error('Never came true.');
}

/** Orders that wait for a price that never comes. */
async function waiting(marketId: string, ...sizes: readonly number[]): Promise<string[]> {
  const instructions = sizes.map((size) => limit(UNDER, 'BACK', 1_000, size));
  const { instructionReports } = await trader.place(marketId, ...instructions);
  return instructionReports.map(({ betId }) => betId);
}

/** The bets that a request cancels. */
async function cancelled(params?: object): Promise<string[]> {
  const { instructionReports } = await trader.cancel(params);
  return instructionReports.map(({ instruction }) => instruction.betId);
}

function placeWithReference(price: number): Promise<unknown> {
  const instructions = [limit(UNDER, 'BACK', price, 2)];
  const order = { marketId: MARKET, customerRef: 'mine', instructions };
  return trader.betting('placeOrders', order);
}

describe('placeOrders', () => {
  it('matches a back at the best price at once', async () => {
    const { back } = await trader.best(MARKET, UNDER);
    const report = await trader.place(MARKET, limit(UNDER, 'BACK', 1.01, 2));
    expect(report).toMatchObject({
      status: 'SUCCESS',
      instructionReports: [
        {
          status: 'SUCCESS',
          sizeMatched: 2,
          averagePriceMatched: back.price,
          orderStatus: 'EXECUTION_COMPLETE',
        },
      ],
    });
  });

  it('matches a lay at the best price at once', async () => {
    const { lay } = await trader.best(MARKET, UNDER);
    const { instructionReports } = await trader.place(MARKET, limit(UNDER, 'LAY', 3, 2));
    expect(instructionReports).toMatchObject([
      { sizeMatched: 2, averagePriceMatched: lay.price, orderStatus: 'EXECUTION_COMPLETE' },
    ]);
  });

  it('takes as much as is offered, price by price, and leaves the rest', async () => {
    const [book] = await trader.books([MARKET], 'EX_ALL_OFFERS');
    const [first, second, third] = book?.runners[0]?.ex?.availableToBack ?? [];
    if (!first || !second || !third) throw new Error('There are no offers.');
    const offered = first.size + second.size;
    const size = Math.round((offered + 5) * 100) / 100;
    const { instructionReports } = await trader.place(
      MARKET,
      limit(UNDER, 'BACK', second.price, size),
    );
    const average = (first.size * first.price + second.size * second.price) / offered;
    expect(instructionReports).toMatchObject([
      {
        sizeMatched: expect.closeTo(offered, 5),
        averagePriceMatched: expect.closeTo(average, 10),
        orderStatus: 'EXECUTABLE',
      },
    ]);
    expect(await trader.orders()).toMatchObject([{ sizeRemaining: 5, status: 'EXECUTABLE' }]);
  });

  it('matches an order that waited once the price has come to it, at its own price', async () => {
    const { back } = await trader.best(MARKET, UNDER);
    const report = await trader.place(MARKET, limit(UNDER, 'BACK', back.price + 0.02, 2));
    expect(report.instructionReports).toMatchObject([{ sizeMatched: 0, averagePriceMatched: 0 }]);
    await until(async () => (await trader.best(MARKET, UNDER)).back.price >= back.price + 0.04);
    expect(await trader.orders()).toMatchObject([
      {
        status: 'EXECUTION_COMPLETE',
        sizeMatched: 2,
        averagePriceMatched: expect.closeTo(back.price + 0.02, 10),
        matchedDate: new Date(trader.clock.now).toISOString(),
      },
    ]);
  });

  it.each([
    ['INVALID_BET_SIZE', limit(UNDER, 'BACK', 2, 0.01)],
    ['INVALID_BET_SIZE', limit(UNDER, 'BACK', 2, 0.99)],
    ['INVALID_BET_SIZE', limit(UNDER, 'BACK', 2, 2.001)],
    ['INVALID_BET_SIZE', limit(UNDER, 'BACK', 2, NaN)],
    ['INVALID_ODDS', limit(UNDER, 'BACK', 2.01, 2)],
    ['INVALID_ODDS', limit(UNDER, 'LAY', 1, 2)],
    ['INVALID_ODDS', limit(UNDER, 'LAY', 1_010, 2)],
    ['INVALID_RUNNER', limit(1, 'BACK', 2, 2)],
    ['INVALID_RUNNER', { selectionId: 1 }],
  ])('refuses the whole order by %s for %j', async (errorCode, wrong) => {
    const right = limit(UNDER, 'BACK', 2, 2);
    expect(await trader.place(MARKET, right, wrong)).toMatchObject({
      status: 'FAILURE',
      errorCode: 'BET_ACTION_ERROR',
      instructionReports: [
        { status: 'FAILURE', errorCode: 'ERROR_IN_ORDER', instruction: right },
        { status: 'FAILURE', errorCode },
      ],
    });
    expect(await trader.orders()).toEqual([]);
    expect(trader.simulator.orders).toEqual([]);
  });

  it('refuses a side that is none', async () => {
    const instructions = [{ ...limit(UNDER, 'BACK', 2, 2), side: 'back' }];
    const refusal = await trader.refusal('placeOrders', { marketId: MARKET, instructions });
    expect(refusal).toBe('INVALID_INPUT_DATA');
  });

  it.each(['234567890', '1.', '1.x', '', '2.1'])('refuses the market id %j', async (marketId) => {
    expect(await trader.place(marketId, limit(UNDER, 'BACK', 2, 2))).toMatchObject({
      status: 'FAILURE',
      errorCode: 'INVALID_MARKET_ID',
    });
  });

  it('takes any selection on a market that is not listed', async () => {
    const report = await trader.place(
      MADE_UP,
      limit(1, 'BACK', 1.01, 2),
      limit(4_711, 'LAY', 1_000, 1),
    );
    expect(report.status).toBe('FAILURE');
    expect(report.errorCode).toBe('INSUFFICIENT_FUNDS');
    const second = await trader.place(
      MADE_UP,
      limit(1, 'BACK', 1.01, 2),
      limit(4_711, 'LAY', 1.01, 2),
    );
    expect(second.instructionReports).toMatchObject([
      { sizeMatched: 2, orderStatus: 'EXECUTION_COMPLETE' },
      { sizeMatched: 0, orderStatus: 'EXECUTABLE' },
    ]);
  });

  it('accepts an instruction without a limitOrder, and never matches it', async () => {
    const instruction = { selectionId: 1, side: 'BACK', orderType: 'LIMIT' };
    await trader.place(MADE_UP, instruction);
    trader.clock.now += HOUR;
    const [order] = await trader.orders();
    expect(order).toMatchObject({ status: 'EXECUTABLE', sizeMatched: 0, sizeRemaining: 0 });
    expect(await trader.funds()).toMatchObject({ availableToBetBalance: 1_000, exposure: 0 });
    await trader.cancel();
    expect(await trader.orders({ orderProjection: 'EXECUTABLE' })).toEqual([]);
  });

  it('remembers a customerRef only of an order that it accepted', async () => {
    expect(await placeWithReference(2.01)).toMatchObject({ errorCode: 'BET_ACTION_ERROR' });
    expect(await placeWithReference(2)).toMatchObject({ status: 'SUCCESS' });
    expect(await placeWithReference(2)).toMatchObject({ errorCode: 'DUPLICATE_TRANSACTION' });
  });
});

describe('getAccountFunds', () => {
  it('holds back the stake of a back and the liability of a lay', async () => {
    expect(await trader.funds()).toMatchObject({ availableToBetBalance: 1_000 });
    await trader.place(MARKET, limit(UNDER, 'BACK', 1_000, 10));
    expect(await trader.funds()).toMatchObject({ availableToBetBalance: 990, exposure: -10 });
    await trader.place(MADE_UP, limit(1, 'LAY', 1.01, 100));
    expect(await trader.funds()).toMatchObject({ availableToBetBalance: 989, exposure: -11 });
  });

  it('counts bets on different runners of one market against each other', async () => {
    await trader.place(MARKET, limit(UNDER, 'BACK', 1.01, 3), limit(OVER, 'BACK', 1.01, 3));
    const [under, over] = await trader.orders();
    const prices = [under?.averagePriceMatched ?? 0, over?.averagePriceMatched ?? 0];
    const { exposure } = await trader.funds();
    expect(exposure).toBeCloseTo(3 * Math.min(...prices) - 6, 2);
    expect(exposure).toBeGreaterThan(-3);
  });

  it('refuses what it cannot pay for, and nothing else', async () => {
    const refused = await trader.place(MARKET, limit(UNDER, 'BACK', 1_000, 1_000.01));
    expect(refused).toMatchObject({
      status: 'FAILURE',
      errorCode: 'INSUFFICIENT_FUNDS',
      instructionReports: [{ status: 'FAILURE', errorCode: 'ERROR_IN_ORDER' }],
    });
    expect(await trader.orders()).toEqual([]);
    const accepted = await trader.place(MARKET, limit(UNDER, 'BACK', 1_000, 1_000));
    expect(accepted.status).toBe('SUCCESS');
    expect(await trader.funds()).toMatchObject({ availableToBetBalance: 0 });
    expect(await trader.place(MADE_UP, limit(1, 'BACK', 1_000, 1))).toMatchObject({
      errorCode: 'INSUFFICIENT_FUNDS',
    });
    await trader.cancel();
    expect(await trader.funds()).toMatchObject({ availableToBetBalance: 1_000 });
  });

  it('is each account’s own', async () => {
    const other = await trader.as('other');
    await trader.place(MARKET, limit(UNDER, 'BACK', 1_000, 10));
    expect(await other.funds()).toMatchObject({ availableToBetBalance: 1_000 });
    expect(await other.orders()).toEqual([]);
    expect(await other.cancel()).toMatchObject({ status: 'SUCCESS', instructionReports: [] });
    expect(await trader.orders()).toMatchObject([{ sizeRemaining: 10 }]);
  });

  it('has details beside it', async () => {
    const reply = await trader.account('getAccountDetails');
    expect(reply).toMatchObject({ currencyCode: 'GBP', countryCode: 'GB' });
    expect(await trader.account('getAccountStatement')).toEqual({
      accountStatement: [],
      moreAvailable: false,
    });
    expect(await trader.account('getDeveloperAppKeys')).toEqual([]);
  });
});

describe('cancelOrders', () => {
  it('cancels one bet, wholly or in part', async () => {
    const [first, second] = await waiting(MARKET, 10, 20);
    const report = await trader.cancel({
      marketId: MARKET,
      customerRef: 'mine',
      instructions: [{ betId: first }, { betId: second, sizeReduction: 5.5 }],
    });
    expect(report).toMatchObject({
      status: 'SUCCESS',
      marketId: MARKET,
      customerRef: 'mine',
      instructionReports: [
        { status: 'SUCCESS', sizeCancelled: 10, instruction: { betId: first } },
        { status: 'SUCCESS', sizeCancelled: 5.5, instruction: { betId: second } },
      ],
    });
    expect(await trader.orders()).toMatchObject([
      { betId: first, status: 'EXECUTION_COMPLETE', sizeCancelled: 10, sizeRemaining: 0 },
      { betId: second, status: 'EXECUTABLE', sizeCancelled: 5.5, sizeRemaining: 14.5 },
    ]);
    expect(await trader.funds()).toMatchObject({ exposure: -14.5 });
  });

  it('cancels what is left if less is left than it was asked to', async () => {
    const [betId] = await waiting(MARKET, 10);
    const instructions = [{ betId, sizeReduction: 50 }];
    expect(await trader.cancel({ marketId: MARKET, instructions })).toMatchObject({
      instructionReports: [{ sizeCancelled: 10 }],
    });
  });

  it('cancels a market, and without arguments everything', async () => {
    const here = await waiting(MARKET, 10, 20);
    const there = await waiting(MADE_UP, 30);
    const also = await waiting('1.3', 40);
    expect(await cancelled({ marketId: MARKET })).toEqual(here);
    expect(await cancelled()).toEqual([...there, ...also]);
    expect(await cancelled()).toEqual([]);
  });

  it('refuses bets without a market, which would be everything', async () => {
    const [betId] = await waiting(MARKET, 10);
    const refusal = await trader.refusal('cancelOrders', { instructions: [{ betId }] });
    expect(refusal).toBe('INVALID_INPUT_DATA');
    expect(await trader.orders()).toMatchObject([{ sizeRemaining: 10 }]);
  });

  it('says BET_TAKEN_OR_LAPSED of what is unknown, complete, or on another market', async () => {
    const [open] = await waiting(MARKET, 10);
    const [elsewhere] = await waiting(MADE_UP, 10);
    const taken = await trader.place(MARKET, limit(UNDER, 'BACK', 1.01, 2));
    const gone = [
      { betId: '1' },
      { betId: elsewhere },
      { betId: taken.instructionReports[0]?.betId },
    ];
    const cancel = (instructions: object[]) => trader.cancel({ marketId: MARKET, instructions });
    const refused = { status: 'FAILURE', errorCode: 'BET_TAKEN_OR_LAPSED', sizeCancelled: 0 };
    expect(await cancel(gone)).toMatchObject({
      status: 'FAILURE',
      errorCode: 'BET_ACTION_ERROR',
      instructionReports: [refused, refused, refused],
    });
    expect(await cancel([{ betId: open }, { betId: open }])).toMatchObject({
      status: 'PROCESSED_WITH_ERRORS',
      errorCode: 'PROCESSED_WITH_ERRORS',
      instructionReports: [{ status: 'SUCCESS', sizeCancelled: 10 }, refused],
    });
  });

  it.each([0, -1, 0.001, '0'])('refuses to take %j off', async (sizeReduction) => {
    const [betId] = await waiting(MARKET, 10);
    const instructions = [{ betId, sizeReduction }];
    expect(await trader.cancel({ marketId: MARKET, instructions })).toMatchObject({
      status: 'FAILURE',
      instructionReports: [{ errorCode: 'INVALID_BET_SIZE', sizeCancelled: 0 }],
    });
  });
});

describe('listCurrentOrders', () => {
  it('selects by bet, market and status', async () => {
    const { instructionReports } = await trader.place(
      MARKET,
      { ...limit(UNDER, 'BACK', 1.01, 2), customerOrderRef: 'first' },
      limit(OVER, 'LAY', 1.01, 3),
    );
    const [first = '', second = ''] = instructionReports.map(({ betId }) => betId);
    const elsewhere = await trader.place(MADE_UP, limit(1, 'BACK', 1_000, 2));
    const third = elsewhere.instructionReports[0]?.betId ?? '';
    const ids = async (params: object) => (await trader.orders(params)).map(({ betId }) => betId);
    expect(await ids({})).toEqual([first, second, third]);
    expect(await ids({ orderProjection: 'ALL' })).toEqual([first, second, third]);
    expect(await ids({ orderProjection: 'EXECUTABLE' })).toEqual([second, third]);
    expect(await ids({ orderProjection: 'EXECUTION_COMPLETE' })).toEqual([first]);
    expect(await ids({ marketIds: [MARKET] })).toEqual([first, second]);
    expect(await ids({ betIds: [third, '1'] })).toEqual([third]);
    expect(await ids({ betIds: [first], marketIds: [MADE_UP] })).toEqual([]);
    expect((await trader.orders())[0]).toMatchObject({
      marketId: MARKET,
      selectionId: UNDER,
      side: 'BACK',
      orderType: 'LIMIT',
      persistenceType: 'LAPSE',
      customerOrderRef: 'first',
      priceSize: { price: 1.01, size: 2 },
      placedDate: new Date(trader.clock.now).toISOString(),
    });
  });
});

describe('currentOrders', () => {
  const members = {
    betId: expect.stringMatching(/^\d+$/),
    marketId: MADE_UP,
    handicap: 0,
    priceSize: { price: 0, size: 0 },
    bspLiability: 0,
    side: 'BACK',
    status: 'EXECUTABLE',
    persistenceType: 'LAPSE',
    orderType: 'LIMIT',
    placedDate: expect.stringMatching(/^2026-11-01T/),
    averagePriceMatched: 0,
    sizeMatched: 0,
    sizeRemaining: 0,
    sizeLapsed: 0,
    sizeCancelled: 0,
    sizeVoided: 0,
    regulatorCode: 'GIBRALTAR REGULATOR',
  };

  it('have every member, also of the shortest instruction and of orders at the starting price', async () => {
    const close = { selectionId: 2, side: 'LAY', orderType: 'MARKET_ON_CLOSE' };
    await trader.place(
      MADE_UP,
      { selectionId: 1 },
      { ...close, handicap: 1.5, marketOnCloseOrder: { liability: '10' } },
    );
    const { side, orderType } = close;
    expect(await trader.orders()).toEqual([
      { ...members, selectionId: 1 },
      { ...members, selectionId: 2, side, orderType, handicap: 1.5, bspLiability: 10 },
    ]);
  });

  it('are found by their references, which they keep', async () => {
    const place = async (customerOrderRef: string, customerStrategyRef?: string) => {
      const instructions = [{ ...limit(UNDER, 'BACK', 1_000, 2), customerOrderRef }];
      await trader.betting('placeOrders', { marketId: MARKET, instructions, customerStrategyRef });
    };
    await place('one', 'slow');
    await place('two', 'fast');
    await place('');
    const all = await trader.orders();
    expect(all).toMatchObject([
      { customerOrderRef: 'one', customerStrategyRef: 'slow' },
      { customerOrderRef: 'two', customerStrategyRef: 'fast' },
      {},
    ]);
    expect(all[2]).not.toHaveProperty('customerOrderRef');
    const [one, two, third] = all;
    expect(await trader.orders({ customerOrderRefs: ['two', 'three'] })).toEqual([two]);
    expect(await trader.orders({ customerStrategyRefs: ['slow', 'fast'] })).toEqual([one, two]);
    const both = { customerOrderRefs: ['one'], customerStrategyRefs: ['fast'] };
    expect(await trader.orders(both)).toEqual([]);
    const betIds = [Number(one?.betId), third?.betId];
    expect(await trader.orders({ betIds })).toEqual([one, third]);
  });
});

it('answer() overrides an operation of the market', async () => {
  trader.simulator.answer('listMarketBook', [{ marketId: '1.9' }]);
  expect(await trader.books([MARKET])).toEqual([{ marketId: '1.9' }]);
});

describe('the order book', () => {
  it('notifies listeners of bets that were placed, matched and cancelled', () => {
    const clock = new TestClock();
    const markets = new SimulatedMarkets(1, clock);
    const book = new OrderBook(markets);
    const market = markets.find(MARKET);
    if (!market) throw new Error('There is no market.');
    const bestBack = () => markets.ladder(market, UNDER).back[0]?.price ?? 0;
    const waitsFor = bestBack() + 0.02;
    const heard: [string, number, number][] = [];
    const end = book.onChange((bet) => {
      heard.push([bet.username, bet.sizeMatched, bet.sizeCancelled]);
    });
    const place = (price: number) => {
      const instruction = readInstruction(limit(UNDER, 'BACK', price, 2));
      const request = betOf(instruction, market, undefined);
      if (typeof request === 'string') throw new Error(request);
      return book.place({ username: 'me', marketId: MARKET, instructions: [] }, [request]) ?? [];
    };

    place(waitsFor);
    expect(heard).toEqual([['me', 0, 0]]);
    book.betsOf('me');
    expect(heard).toHaveLength(1);
    while (bestBack() < waitsFor) clock.now += STEP;
    book.betsOf('me');
    book.betsOf('me');
    expect(heard.slice(1)).toEqual([['me', 2, 0]]);
    const [never] = place(1_000);
    if (never) book.cancel(never, 0.5);
    expect(heard.slice(2)).toEqual([
      ['me', 0, 0],
      ['me', 0, 0.5],
    ]);
    end();
    if (never) book.cancel(never);
    expect(heard).toHaveLength(4);
  });
});
