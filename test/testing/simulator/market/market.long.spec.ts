import { PRICES } from '../../../../lib/testing/simulator/market/price.increments.js';
import { type Book, type Entry, Trader } from './market-wire.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MARKET = '1.234567890';
/** How many markets one request may ask everything of. */
const MOST_BOOKS = 6;
const EVERYTHING = ['EX_ALL_OFFERS', 'EX_TRADED'];

let trader: Trader;
let others: Trader[];

beforeEach(async () => {
  trader = await Trader.start();
  others = [];
});

afterEach(async () => {
  await trader.simulator.stop();
  for (const { simulator } of others) await simulator.stop();
});

async function another(options: object): Promise<Trader> {
  const one = await Trader.start(options);
  others.push(one);
  return one;
}

async function everything(one = trader): Promise<readonly Book[]> {
  const ids = (await one.catalogue()).map(({ marketId }) => marketId);
  const books: Book[] = [];
  for (let index = 0; index < ids.length; index += MOST_BOOKS) {
    books.push(...(await one.books(ids.slice(index, index + MOST_BOOKS), ...EVERYTHING)));
  }
  return books;
}

async function afterEachJump(check: (books: readonly Book[], jump: number) => void): Promise<void> {
  trader.simulator.account().sessionLifetime = 100 * DAY;
  const long = await trader.as(trader.simulator.account().username);
  for (const jump of [0, 500, 7_000, HOUR, 30 * DAY, -DAY]) {
    trader.clock.now += jump;
    check(await everything(long), jump);
  }
}

async function namesOf(one: Trader) {
  return (await one.catalogue()).map(({ event, runners }) => [event.name, runners]);
}

function marketIds(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `1.${index + 1}`);
}

/** How many prices to back, to lay and traded there are. */
async function sizes(priceData: string[], more: object = {}) {
  const [book] = await trader.betting<Book[]>('listMarketBook', {
    marketIds: [MARKET],
    priceProjection: { priceData, ...more },
  });
  const ex = book?.runners[0]?.ex;
  return [ex?.availableToBack, ex?.availableToLay, ex?.tradedVolume].map((one) => one?.length);
}

function pricesIn(books: readonly Book[]) {
  return books.flatMap(({ runners }) => runners.flatMap(({ ex }) => (ex ? [ex] : [])));
}

describe('the price increments', () => {
  it('are the 350 of Betfair', () => {
    expect(PRICES).toHaveLength(350);
    expect(PRICES.slice(0, 3)).toEqual([1.01, 1.02, 1.03]);
    expect(PRICES.slice(-2)).toEqual([990, 1_000]);
    for (const price of [
      1.99, 2, 2.02, 3, 3.05, 4, 4.1, 6, 6.2, 10, 10.5, 20, 21, 30, 32, 50, 55, 100, 110,
    ]) {
      expect(PRICES).toContain(price);
    }
    for (const price of [1, 2.01, 3.02, 4.05, 6.1, 10.2, 20.5, 31, 51, 105, 1_010]) {
      expect(PRICES).not.toContain(price);
    }
  });
});

describe('listMarketCatalogue', () => {
  it('gives id, name and what was matched without a projection', async () => {
    const [first] = await trader.betting<object[]>('listMarketCatalogue', { maxResults: 1 });
    expect(Object.keys(first ?? {})).toEqual(['marketId', 'marketName', 'totalMatched']);
  });

  it.each([
    ['EVENT', 'event'],
    ['EVENT_TYPE', 'eventType'],
    ['COMPETITION', 'competition'],
    ['MARKET_START_TIME', 'marketStartTime'],
    ['MARKET_DESCRIPTION', 'description'],
    ['RUNNER_DESCRIPTION', 'runners'],
    ['RUNNER_METADATA', 'runners'],
  ])('gives with %s the %s too', async (projection, key) => {
    const [first] = await trader.betting<object[]>('listMarketCatalogue', {
      filter: { eventTypeIds: ['1'] },
      marketProjection: [projection],
      maxResults: 1,
    });
    expect(Object.keys(first ?? {}).slice(3)).toEqual([key]);
  });

  it('has complete events, and runners with their metadata', async () => {
    const [race] = await trader.catalogue({
      filter: { eventTypeIds: ['7'] },
      marketProjection: ['EVENT', 'RUNNER_METADATA'],
    });
    expect(race?.event).toEqual({
      id: expect.stringMatching(/^\d+$/),
      name: expect.stringMatching(/^\w+ \d+ \w{3}$/),
      countryCode: 'GB',
      timezone: 'Europe/London',
      venue: expect.any(String),
      openDate: expect.stringMatching(/^2026-11-01T\d\d:\d\d:00\.000Z$/),
    });
    expect(race?.runners[0]).toEqual({
      selectionId: expect.any(Number),
      runnerName: expect.stringMatching(/^\w+ \w+$/),
      handicap: 0,
      sortPriority: 1,
      metadata: { runnerId: expect.stringMatching(/^\d+$/) },
    });
  });

  it('filters by sport, event, market, type and the name of the event', async () => {
    const all = await trader.catalogue();
    const some = async (filter: object) => {
      return (await trader.catalogue({ filter })).map(({ marketId }) => marketId);
    };
    const idsOf = (test: (entry: Entry) => boolean) => {
      return all.filter(test).map(({ marketId }) => marketId);
    };
    const [first] = all;
    if (!first) throw new Error('There is no market.');
    const { event, marketId } = first;
    expect(await some({ eventTypeIds: ['7'] })).toEqual(
      idsOf(({ runners }) => runners.length === 8),
    );
    expect(await some({ eventIds: [event.id] })).toEqual(idsOf((one) => one.event.id === event.id));
    expect(await some({ marketIds: [marketId, '1.2'] })).toEqual([marketId]);
    expect(await some({ marketTypeCodes: ['WIN'] })).toHaveLength(6);
    expect(await some({ competitionIds: ['10932509'] })).toHaveLength(6);
    const [home = '', away = ''] = event.name.split(' v ');
    for (const textQuery of [home.toUpperCase(), away, `${home.slice(0, 3)}* v ${away}`]) {
      expect(await some({ textQuery })).toEqual(idsOf((one) => one.event.id === event.id));
    }
    expect(await some({ textQuery: 'Over/Under' })).toEqual([]);
    expect(await some({ eventTypeIds: [], marketIds: [] })).toHaveLength(all.length);
  });

  it('sorts, and then takes as many as were asked for', async () => {
    const all = await trader.catalogue();
    const starts = all.map(({ marketStartTime }) => marketStartTime).toSorted();
    const sorted = (sort: string, maxResults: number) => trader.catalogue({ sort, maxResults });
    const first = await sorted('FIRST_TO_START', 4);
    expect(first.map(({ marketStartTime }) => marketStartTime)).toEqual(starts.slice(0, 4));
    const last = await sorted('LAST_TO_START', 2);
    expect(last.map(({ marketStartTime }) => marketStartTime)).toEqual(
      starts.toReversed().slice(0, 2),
    );
    const traded = all.map(({ totalMatched }) => totalMatched);
    const [most] = await sorted('MAXIMUM_TRADED', 1);
    const [least] = await sorted('MINIMUM_TRADED', 1);
    expect([least?.totalMatched, most?.totalMatched]).toEqual([
      Math.min(...traded),
      Math.max(...traded),
    ]);
  });

  it.each([undefined, 0, 1_001, 1.5, 'five', '', '0x5', true, [5]])(
    'refuses maxResults %p',
    async (maxResults) => {
      expect(await trader.refusal('listMarketCatalogue', { maxResults })).toBe(
        'INVALID_INPUT_DATA',
      );
    },
  );
});

describe('what can be counted', () => {
  it.each([
    [
      'listEventTypes',
      [{ eventType: { id: '1', name: 'Soccer' }, marketCount: 6 }, expect.anything()],
    ],
    ['listCompetitions', [{ competition: expect.anything(), marketCount: 6 }]],
    ['listCountries', [{ countryCode: 'GB', marketCount: 12 }]],
    ['listVenues', [{ venue: expect.any(String), marketCount: 3 }, expect.anything()]],
  ])('%s', async (operation, answer) => {
    expect(await trader.betting(operation)).toEqual(answer);
  });

  it('listEvents, of one sport', async () => {
    const events = await trader.betting('listEvents', { filter: { eventTypeIds: ['1'] } });
    const event = { openDate: expect.any(String), name: expect.stringContaining(' v ') };
    const counted = { event: expect.objectContaining(event), marketCount: 2 };
    expect(events).toEqual([counted, counted, counted]);
  });

  it('listMarketTypes, of one event', async () => {
    const [{ event } = { event: undefined }] = await trader.catalogue();
    const types = await trader.betting('listMarketTypes', { filter: { eventIds: [event?.id] } });
    expect(types).toEqual([
      { marketType: 'OVER_UNDER_25', marketCount: 1 },
      { marketType: 'MATCH_ODDS', marketCount: 1 },
    ]);
  });

  it.each(['listTimeRanges', 'listMarketProfitAndLoss', 'listRunnerBook'])(
    '%s has nothing',
    async (operation) => {
      expect(await trader.betting(operation)).toEqual([]);
    },
  );

  it('listClearedOrders has nothing', async () => {
    const nothing = { clearedOrders: [], moreAvailable: false };
    expect(await trader.betting('listClearedOrders')).toEqual(nothing);
  });
});

describe('listMarketBook', () => {
  it('has no prices without a projection', async () => {
    const [book] = await trader.books([MARKET]);
    expect(book).toMatchObject({ marketId: MARKET, status: 'OPEN', inplay: false });
    expect(book?.runners.map(({ ex }) => ex)).toEqual([undefined, undefined]);
  });

  it('has three of the best offers, all offers, or what was traded', async () => {
    expect(await sizes(['EX_BEST_OFFERS'])).toEqual([3, 3, 0]);
    expect(await sizes(['EX_ALL_OFFERS', 'EX_BEST_OFFERS'])).toEqual([10, 10, 0]);
    expect(await sizes(['EX_TRADED'])).toEqual([0, 0, 25]);
    expect(await sizes(['EX_BEST_OFFERS', 'EX_TRADED'])).toEqual([3, 3, 25]);
    const depth = { exBestOffersOverrides: { bestPricesDepth: 5 } };
    expect(await sizes(['EX_BEST_OFFERS'], depth)).toEqual([5, 5, 0]);
    expect(await sizes(['SP_AVAILABLE'])).toEqual([undefined, undefined, undefined]);
  });

  it('is in play from the start of the event', async () => {
    const [{ marketStartTime } = { marketStartTime: '' }] = await trader.catalogue({
      filter: { marketIds: [MARKET] },
    });
    trader.clock.now = Date.parse(marketStartTime) - 1;
    trader.simulator.account().sessionLifetime = DAY;
    const later = await trader.as(trader.simulator.account().username);
    expect((await later.books([MARKET]))[0]?.inplay).toBe(false);
    trader.clock.now += 1;
    expect((await later.books([MARKET]))[0]?.inplay).toBe(true);
  });

  it('leaves out what could be no market, and makes up any other', async () => {
    const books = await trader.books(['2.1', 'nothing', '1.2'], 'EX_BEST_OFFERS');
    expect(books.map(({ marketId }) => marketId)).toEqual(['1.2']);
    expect(pricesIn(books)).not.toEqual([]);
  });
});

describe('prices', () => {
  it('lie on the increments, in order, and the best back below the best lay', async () => {
    await afterEachJump((books) => {
      const all = pricesIn(books);
      expect(all).toHaveLength(6 * 8 + 3 * (2 + 3));
      for (const { availableToBack, availableToLay, tradedVolume } of all) {
        const backs = availableToBack.map(({ price }) => price);
        const lays = availableToLay.map(({ price }) => price);
        const traded = tradedVolume.map(({ price }) => price);
        expect([...backs, ...lays, ...traded].filter((price) => !PRICES.includes(price))).toEqual(
          [],
        );
        expect(backs.length * lays.length * traded.length).toBeGreaterThan(0);
        const ladder = [...backs.toReversed(), ...lays];
        expect(ladder).toEqual([...new Set(ladder)].toSorted((one, other) => one - other));
        for (const { size } of [...availableToBack, ...availableToLay]) {
          expect(size).toBeGreaterThan(0);
          expect(size).toBe(Math.round(size * 100) / 100);
        }
      }
    });
  });

  it('let nobody win for certain by backing, or laying, all runners', async () => {
    await afterEachJump((books) => {
      for (const { runners } of books) {
        const sum = (side: 'availableToBack' | 'availableToLay') => {
          return runners.reduce((total, { ex }) => total + 1 / (ex?.[side][0]?.price ?? 0), 0);
        };
        expect(sum('availableToBack')).toBeGreaterThanOrEqual(1 - 1e-9);
        expect(sum('availableToLay')).toBeLessThanOrEqual(1 + 1e-9);
      }
    });
  });

  it('move with the clock, and are what they were when it is set back', async () => {
    const before = await everything();
    trader.clock.now += 499;
    expect(await everything()).toEqual(before);
    trader.clock.now += 60_000;
    expect(await everything()).not.toEqual(before);
    trader.clock.now -= 60_499;
    expect(await everything()).toEqual(before);
  });

  it('go with volumes that never fall', async () => {
    let before = new Map<string, number>();
    await afterEachJump((books, jump) => {
      const now = new Map<string, number>();
      for (const { marketId, runners, totalMatched } of books) {
        const parts = runners.reduce((sum, runner) => sum + runner.totalMatched, 0);
        expect(totalMatched).toBeCloseTo(parts, 1);
        now.set(marketId, totalMatched);
      }
      const fell = [...now].filter(([id, matched]) => matched < (before.get(id) ?? 0));
      expect(fell.map(([id]) => id)).toEqual(jump < 0 ? [...now.keys()] : []);
      before = now;
    });
  });
});

describe('a seed', () => {
  it('makes the same market, whenever the simulator is started, and another makes another', async () => {
    const start = { now: Date.UTC(2026, 10, 1), wall: () => Date.UTC(2026, 10, 1) };
    const same = await another({ seed: 1 });
    const later = await another({ clock: { wall: () => start.now + 5 * 60_000 } });
    const other = await another({ seed: 2 });
    const mine = await everything();
    expect(await everything(same)).toEqual(mine);
    expect(await everything(later)).toEqual(mine);
    expect(await everything(other)).not.toEqual(mine);
    expect(await namesOf(same)).toEqual(await namesOf(trader));
    expect(await namesOf(other)).not.toEqual(await namesOf(trader));
  });
});

describe('the limit of weight', () => {
  it.each([
    [[], {}, 100],
    [['EX_BEST_OFFERS'], {}, 40],
    [['EX_ALL_OFFERS'], {}, 11],
    [['EX_TRADED'], {}, 11],
    [['EX_BEST_OFFERS', 'EX_TRADED'], {}, 10],
    [['EX_ALL_OFFERS', 'EX_TRADED'], {}, 6],
    [['EX_ALL_OFFERS', 'EX_BEST_OFFERS'], {}, 11],
    [['SP_AVAILABLE'], {}, 66],
    [['SP_TRADED'], {}, 28],
    [['EX_BEST_OFFERS'], { exBestOffersOverrides: { bestPricesDepth: 6 } }, 20],
  ])('takes listMarketBook with %p %p for %i markets', async (priceData, more, most) => {
    const priceProjection = { priceData, ...more };
    const book = (count: number) => ({ marketIds: marketIds(count), priceProjection });
    expect(await trader.betting<Book[]>('listMarketBook', book(most))).toHaveLength(most);
    expect(await trader.refusal('listMarketBook', book(most + 1))).toBe('TOO_MUCH_DATA');
  });

  it.each([
    [['MARKET_DESCRIPTION'], 200],
    [['RUNNER_METADATA', 'EVENT'], 200],
    [['MARKET_DESCRIPTION', 'RUNNER_METADATA'], 100],
  ])('takes listMarketCatalogue with %p for %i results', async (marketProjection, most) => {
    await trader.catalogue({ marketProjection, maxResults: most });
    const more = { marketProjection, maxResults: most + 1 };
    expect(await trader.refusal('listMarketCatalogue', more)).toBe('TOO_MUCH_DATA');
  });

  it('weighs nothing that describes no market', async () => {
    expect(await trader.catalogue({ maxResults: 1_000 })).toHaveLength(12);
  });

  it('is an option', async () => {
    const narrow = await another({ limits: { weight: 10 } });
    expect(await narrow.books(marketIds(2), 'EX_BEST_OFFERS')).toHaveLength(2);
    const params = { marketIds: marketIds(3), priceProjection: { priceData: ['EX_BEST_OFFERS'] } };
    expect(await narrow.refusal('listMarketBook', params)).toBe('TOO_MUCH_DATA');
    const wide = await another({ limits: { weight: Infinity } });
    expect(await wide.books(marketIds(41), 'EX_BEST_OFFERS')).toHaveLength(41);
  });
});
