import type { AnswerHandler } from '../api/answer.table.js';
import {
  badInput,
  oneOf,
  recordOf,
  someOf,
  textsOf,
  wholeNumberOf,
  type Params,
} from '../api/params.js';
import { SimulatedApiError } from '../api/simulated-api.error.js';
import { BEST_PRICES, bookWeight, catalogueWeight } from './data.weight.js';
import { isoDate, REGULATOR, type MarketDefinition } from './market.catalogue.js';
import { marketBook, totals } from './market.book.js';
import { filterOf } from './market.filter.js';
import { marketTerms } from './market.terms.js';
import type { SimulatedMarkets } from './simulated-markets.js';

const MAX_RESULTS = 1_000;
const MARKET_PROJECTIONS = [
  'COMPETITION',
  'EVENT',
  'EVENT_TYPE',
  'MARKET_START_TIME',
  'MARKET_DESCRIPTION',
  'RUNNER_DESCRIPTION',
  'RUNNER_METADATA',
];
const PRICE_DATA = ['SP_AVAILABLE', 'SP_TRADED', 'EX_BEST_OFFERS', 'EX_ALL_OFFERS', 'EX_TRADED'];

/** Makes the operations about markets. `maxWeight` is the limit of one request. */
export function marketAnswers(
  markets: SimulatedMarkets,
  maxWeight: number,
): Readonly<Record<string, AnswerHandler>> {
  const select = (params: Params) => markets.listed.filter(filterOf(params));

  /** Lists the values of that name in the selected markets, with the number of markets for each. */
  function counted<K>(name: string, valueOf: (market: MarketDefinition) => K | undefined) {
    return (params: Params) => {
      const counts = new Map<K, number>();
      for (const market of select(params)) {
        const value = valueOf(market);
        if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
      }
      return Array.from(counts, ([value, marketCount]) => ({ [name]: value, marketCount }));
    };
  }

  function checkWeight(weight: number, count: number): void {
    if (weight * count > maxWeight) throw new SimulatedApiError('TOO_MUCH_DATA');
  }

  return {
    listEventTypes: counted('eventType', ({ eventType }) => eventType),
    listCompetitions: counted('competition', ({ competition }) => competition),
    listEvents: counted('event', ({ event }) => event),
    listMarketTypes: counted('marketType', ({ type }) => type),
    listVenues: counted('venue', ({ event }) => event.venue),
    listCountries: counted('countryCode', ({ event }) => event.countryCode),

    listMarketCatalogue(params) {
      const maxResults = wholeNumberOf(params, 'maxResults');
      if (maxResults === undefined || maxResults < 1 || maxResults > MAX_RESULTS) {
        throw badInput('maxResults');
      }
      const projection = someOf(params, 'marketProjection', MARKET_PROJECTIONS);
      // Weighed for `maxResults`, because the client cannot know the number of results.
      checkWeight(catalogueWeight(projection), maxResults);
      const rank = SORTS.get(oneOf(params, 'sort', [...SORTS.keys()]) ?? '') ?? (() => 0);
      return select(params)
        .map((market) => ({ market, ...totals(markets.ladders(market)) }))
        .toSorted((one, other) => rank(one) - rank(other))
        .slice(0, maxResults)
        .map(({ market, matched }) => catalogueEntry(market, projection, matched));
    },

    listMarketBook(params) {
      const priceProjection = recordOf(params, 'priceProjection') ?? {};
      const overrides = recordOf(priceProjection, 'exBestOffersOverrides') ?? {};
      const depth = wholeNumberOf(overrides, 'bestPricesDepth') ?? BEST_PRICES;
      if (depth < 0) throw badInput('bestPricesDepth');
      const projection = someOf(priceProjection, 'priceData', PRICE_DATA);
      // Betfair requires ids; here, the first market is the default.
      const isNamed = params['marketIds'] !== undefined && params['marketIds'] !== null;
      const ids = isNamed ? textsOf(params, 'marketIds') : [markets.listed[0]?.id ?? ''];
      checkWeight(bookWeight(projection, depth), [...ids].length);
      return [...ids]
        .flatMap((id) => markets.find(id) ?? [])
        .map((market) => marketBook(markets, market, projection, depth));
    },
  };
}

type Ranked = ReturnType<typeof totals> & { readonly market: MarketDefinition };

const SORTS = new Map<string, (ranked: Ranked) => number>([
  ['FIRST_TO_START', ({ market }) => market.startTime],
  ['LAST_TO_START', ({ market }) => -market.startTime],
  ['MINIMUM_TRADED', ({ matched }) => matched],
  ['MAXIMUM_TRADED', ({ matched }) => -matched],
  ['MINIMUM_AVAILABLE', ({ available }) => available],
  ['MAXIMUM_AVAILABLE', ({ available }) => -available],
]);

/** Writes id, name and the members of the projection. */
function catalogueEntry(
  market: MarketDefinition,
  projection: ReadonlySet<string>,
  totalMatched: number,
): object {
  const { id, name, event, eventType, competition, startTime } = market;
  const hasMetadata = projection.has('RUNNER_METADATA');
  const runners = market.runners.map((runner) => {
    return {
      ...runner,
      ...(hasMetadata && { metadata: { runnerId: String(runner.selectionId) } }),
    };
  });
  return {
    marketId: id,
    marketName: name,
    totalMatched,
    ...(projection.has('MARKET_START_TIME') && { marketStartTime: isoDate(startTime) }),
    ...(projection.has('MARKET_DESCRIPTION') && { description: description(market) }),
    ...((hasMetadata || projection.has('RUNNER_DESCRIPTION')) && { runners }),
    ...(projection.has('EVENT_TYPE') && { eventType }),
    ...(projection.has('COMPETITION') && competition && { competition }),
    ...(projection.has('EVENT') && { event }),
  };
}

function description(market: MarketDefinition): object {
  return { ...marketTerms(market), regulator: REGULATOR };
}
