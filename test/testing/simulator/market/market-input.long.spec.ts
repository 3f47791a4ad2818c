import { type Book, limit, Trader } from './market-wire.js';

const MARKET = '1.234567890';
const UNDER = 47_972;
const MADE_UP = '1.2';
const RIGHT = limit(UNDER, 'BACK', 1_000, 2);
const TERMS = RIGHT.limitOrder;

let trader: Trader;

beforeEach(async () => {
  trader = await Trader.start();
});

afterEach(() => trader.simulator.stop());

const order = (instructions: unknown, members: object = {}) => {
  return { marketId: MARKET, instructions, ...members };
};

describe('numbers in texts', () => {
  it.each([MARKET, MADE_UP])('are numbers in an order on %s, and in its report', async (market) => {
    const report = await trader.place(market, {
      selectionId: String(UNDER),
      handicap: '0',
      side: 'BACK',
      orderType: 'LIMIT',
      limitOrder: { size: '2', price: '1000', persistenceType: 'LAPSE' },
    });
    const numbers = { ...RIGHT, handicap: 0 };
    expect(report).toMatchObject({
      status: 'SUCCESS',
      instructionReports: [{ instruction: numbers }],
    });
    expect(await trader.orders()).toMatchObject([
      { selectionId: UNDER, handicap: 0, priceSize: { price: 1_000, size: 2 } },
    ]);
    expect(await trader.funds()).toMatchObject({ exposure: -2 });
  });

  it('are numbers in the report of an order that was refused', async () => {
    const limitOrder = { ...TERMS, price: '2.01' };
    const refused = { ...RIGHT, selectionId: String(UNDER), limitOrder };
    expect(await trader.place(MARKET, refused)).toMatchObject({
      instructionReports: [
        {
          errorCode: 'INVALID_ODDS',
          instruction: { selectionId: UNDER, limitOrder: { price: 2.01 } },
        },
      ],
    });
  });

  it('are numbers in a cancellation, whose bet may be a number', async () => {
    const { instructionReports } = await trader.place(MARKET, limit(UNDER, 'BACK', 1_000, 10));
    const betId = instructionReports[0]?.betId ?? '';
    const instructions = [{ betId: Number(betId), sizeReduction: '2.5' }];
    expect(await trader.cancel({ marketId: MARKET, instructions })).toMatchObject({
      instructionReports: [{ sizeCancelled: 2.5, instruction: { betId, sizeReduction: 2.5 } }],
    });
  });

  it('are numbers in what reads', async () => {
    expect(await trader.catalogue({ maxResults: '1' })).toHaveLength(1);
    const [book] = await trader.betting<Book[]>('listMarketBook', {
      marketIds: [MARKET],
      priceProjection: {
        priceData: ['EX_BEST_OFFERS'],
        exBestOffersOverrides: { bestPricesDepth: '2' },
      },
    });
    expect(book?.runners[0]?.ex?.availableToBack).toHaveLength(2);
  });
});

describe('INVALID_INPUT_DATA refuses an order', () => {
  it.each<[string, object]>([
    ['without instructions', { marketId: MARKET }],
    ['with null for instructions', order(null)],
    ['with an object for instructions', order({ 0: RIGHT })],
    ['with a text for instructions', order(JSON.stringify([RIGHT]))],
    ['with null among the instructions', order([null, RIGHT])],
    ['with a text among the instructions', order([RIGHT, 'x'])],
    ['with a list among the instructions', order([[RIGHT]])],
    ['with 201 instructions', order(Array.from({ length: 201 }, () => RIGHT))],
    ['with a number for the market', { marketId: 1.2, instructions: [RIGHT] }],
    ['with a customerRef of 33 characters', order([RIGHT], { customerRef: 'x'.repeat(33) })],
    ['with an object for customerRef', order([RIGHT], { customerRef: { a: 1 } })],
    ['with a strategy of 16 characters', order([RIGHT], { customerStrategyRef: 'x'.repeat(16) })],
    ['with a list for the strategy', order([RIGHT], { customerStrategyRef: ['x'] })],
  ])('%s', async (_name, params) => {
    expect(await trader.refusal('placeOrders', params)).toBe('INVALID_INPUT_DATA');
    expect(await trader.orders()).toEqual([]);
  });

  it.each<[string, object]>([
    ['no selection', { selectionId: undefined }],
    ['a selection in words', { selectionId: 'under' }],
    ['half a selection', { selectionId: 47_972.5 }],
    ['a handicap in words', { handicap: 'none' }],
    ['a list for the handicap', { handicap: [0] }],
    ['no side', { side: undefined }],
    ['an unknown side', { side: 'BUY' }],
    ['an unknown order type', { orderType: 'STOP' }],
    ['an order type that is a member of every object', { orderType: 'toString' }],
    ['the order type of another order', { orderType: 'MARKET_ON_CLOSE' }],
    ['a text for limitOrder', { limitOrder: 'x' }],
    ['a list for limitOrder', { limitOrder: [TERMS] }],
    ['an unknown persistence', { limitOrder: { ...TERMS, persistenceType: 'KEEP' } }],
    ['a size in words', { limitOrder: { ...TERMS, size: 'two' } }],
    ['an empty size', { limitOrder: { ...TERMS, size: '' } }],
    ['a price in hexadecimal', { limitOrder: { ...TERMS, price: '0x3' } }],
    ['a customerOrderRef of 33 characters', { customerOrderRef: 'x'.repeat(33) }],
    ['an object for customerOrderRef', { customerOrderRef: {} }],
  ])('with %s in an instruction', async (_name, wrong) => {
    for (const marketId of [MARKET, MADE_UP]) {
      const instructions = [RIGHT, { ...RIGHT, ...wrong }];
      const refusal = await trader.refusal('placeOrders', { marketId, instructions });
      expect(refusal).toBe('INVALID_INPUT_DATA');
    }
    expect(await trader.orders()).toEqual([]);
  });

  it('but not one with 200 instructions, and the longest references', async () => {
    const customerOrderRef = 'x'.repeat(32);
    const instructions = Array.from({ length: 200 }, () => ({ ...RIGHT, customerOrderRef }));
    const references = { customerRef: 'x'.repeat(32), customerStrategyRef: 'x'.repeat(15) };
    expect(await trader.betting('placeOrders', order(instructions, references))).toMatchObject({
      status: 'SUCCESS',
    });
    expect(await trader.orders()).toHaveLength(200);
  });
});

describe('INVALID_INPUT_DATA refuses a cancellation', () => {
  it.each<[string, (betId: string) => object]>([
    ['with null for the market', () => ({ marketId: null })],
    ['with an empty market', () => ({ marketId: '' })],
    ['with a number for the market', () => ({ marketId: 1.2 })],
    ['with no instructions and no market', () => ({ instructions: [] })],
    [
      'with null for the market and bets',
      (betId) => ({ marketId: null, instructions: [{ betId }] }),
    ],
    ['with null for instructions', () => order(null)],
    ['with an object for instructions', (betId) => order({ betId })],
    ['with null among the instructions', (betId) => order([null, { betId }])],
    ['with a bare id among the instructions', (betId) => order([betId])],
    ['without a bet', () => order([{ sizeReduction: 1 }])],
    ['with an object for the bet', (betId) => order([{ betId: { betId } }])],
    ['with a sizeReduction in words', (betId) => order([{ betId, sizeReduction: 'all' }])],
    ['with 61 instructions', (betId) => order(Array.from({ length: 61 }, () => ({ betId })))],
    ['with an object for customerRef', () => order([], { customerRef: {} })],
  ])('%s', async (_name, paramsFor) => {
    const { instructionReports } = await trader.place(MARKET, RIGHT);
    const params = paramsFor(instructionReports[0]?.betId ?? '');
    expect(await trader.refusal('cancelOrders', params)).toBe('INVALID_INPUT_DATA');
    expect(await trader.orders()).toMatchObject([{ sizeRemaining: 2 }]);
  });

  it('but an empty list of instructions is the whole market', async () => {
    await trader.place(MARKET, RIGHT);
    await trader.place(MADE_UP, RIGHT);
    await trader.cancel(order([]));
    expect(await trader.orders()).toMatchObject([{ sizeRemaining: 0 }, { sizeRemaining: 2 }]);
  });
});

describe('INVALID_INPUT_DATA refuses', () => {
  const priceProjection = (members: object) => ({ marketIds: [MARKET], priceProjection: members });
  const depth = (bestPricesDepth: unknown) => {
    return priceProjection({ exBestOffersOverrides: { bestPricesDepth } });
  };
  it.each<[string, object]>([
    ['listMarketCatalogue', { maxResults: 1, sort: 'toString' }],
    ['listMarketCatalogue', { maxResults: 1, sort: ['FIRST_TO_START'] }],
    ['listMarketCatalogue', { maxResults: 1, marketProjection: ['EVERYTHING'] }],
    ['listMarketCatalogue', { maxResults: 1, marketProjection: 'EVENT' }],
    ['listMarketCatalogue', { maxResults: 1, filter: 'horses' }],
    ['listEvents', { filter: { eventTypeIds: '7' } }],
    ['listEvents', { filter: { eventTypeIds: [{}] } }],
    ['listEvents', { filter: { textQuery: 7 } }],
    ['listMarketBook', { marketIds: MARKET }],
    ['listMarketBook', { marketIds: [[MARKET]] }],
    ['listMarketBook', priceProjection(['EX_TRADED'])],
    ['listMarketBook', priceProjection({ priceData: ['EX_EVERYTHING'] })],
    ['listMarketBook', priceProjection({ priceData: ['EX_TRADED', null] })],
    ['listMarketBook', depth(-1)],
    ['listMarketBook', depth(1.5)],
    ['listMarketBook', depth('best')],
    ['listCurrentOrders', { betIds: '1' }],
    ['listCurrentOrders', { betIds: [{ betId: '1' }] }],
    ['listCurrentOrders', { betIds: [null] }],
    ['listCurrentOrders', { marketIds: {} }],
    ['listCurrentOrders', { orderProjection: 'SOME' }],
    ['listCurrentOrders', { customerOrderRefs: 'x' }],
    ['listCurrentOrders', { customerStrategyRefs: [[]] }],
  ])('%s %j', async (operation, params) => {
    expect(await trader.refusal(operation, params)).toBe('INVALID_INPUT_DATA');
  });
});

describe('an empty customerRef', () => {
  it('counts as missing: the same order is placed twice', async () => {
    for (const status of ['SUCCESS', 'SUCCESS']) {
      const report = await trader.betting('placeOrders', order([RIGHT], { customerRef: '' }));
      expect(report).toMatchObject({ status });
      expect(report).not.toHaveProperty('customerRef');
    }
  });
});
