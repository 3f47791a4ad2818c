import { flagOf, recordOf, someOf, textOf, textsOf, type Params } from '../api/params.js';
import type { MarketDefinition } from './market.catalogue.js';
import { marketTerms } from './market.terms.js';

type Passes = (market: MarketDefinition) => boolean;
/** Members of a filter that name values, and the value of a market for each. */
type Values = readonly (readonly [string, (market: MarketDefinition) => string | undefined])[];

const COMMON: Values = [
  ['eventTypeIds', ({ eventType }) => eventType.id],
  ['eventIds', ({ event }) => event.id],
  ['marketIds', ({ id }) => id],
  ['venues', ({ event }) => event.venue],
];
const BETTING: Values = [
  ...COMMON,
  ['competitionIds', ({ competition }) => competition?.id],
  ['marketTypeCodes', ({ type }) => type],
];
const STREAM: Values = [
  ...COMMON,
  ['marketTypes', ({ type }) => type],
  ['countryCodes', ({ event }) => event.countryCode],
  ['bettingTypes', (market) => marketTerms(market).bettingType],
];
const BETTING_TYPES = [
  'ODDS',
  'LINE',
  'RANGE',
  'ASIAN_HANDICAP_DOUBLE_LINE',
  'ASIAN_HANDICAP_SINGLE_LINE',
];
const STREAM_FLAGS = ['bspMarket', 'turnInPlayEnabled'] as const;

/** Reads the `filter` among parameters. Returns a function that tests a market. */
export function filterOf(params: Params): Passes {
  const filter = recordOf(params, 'filter') ?? {};
  // Betfair searches only the name of the event; `*` stands for any text.
  const words = (textOf(filter, 'textQuery') ?? '').toLowerCase().split('*');
  const hasValues = valuesOf(filter, BETTING);
  return (market) => {
    const name = market.event.name.toLowerCase();
    return words.every((word) => name.includes(word)) && hasValues(market);
  };
}

/**
 * Reads a `marketFilter` of the Stream API, which has names of its own.
 *
 * @throws SimulatedApiError a member is not valid at Betfair
 */
export function streamFilterOf(filter: Params): Passes {
  someOf(filter, 'bettingTypes', BETTING_TYPES);
  const hasValues = valuesOf(filter, STREAM);
  const flags = STREAM_FLAGS.map((name) => [name, flagOf(filter, name)] as const);
  return (market) => {
    const terms = marketTerms(market);
    return (
      flags.every(([name, flag]) => (flag ?? terms[name]) === terms[name]) && hasValues(market)
    );
  };
}

function valuesOf(filter: Params, values: Values): Passes {
  const wanted = values.map(([member, valueOf]) => [textsOf(filter, member), valueOf] as const);
  return (market) => {
    return wanted.every(([one, valueOf]) => one.size === 0 || one.has(valueOf(market) ?? ''));
  };
}
