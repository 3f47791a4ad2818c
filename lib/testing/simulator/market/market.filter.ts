import { recordOf, textOf, textsOf, type Params } from '../api/params.js';
import type { MarketDefinition } from './market.catalogue.js';

/** The members of a `MarketFilter` that name values, and the value of a market that they are compared with. */
const VALUES: readonly (readonly [string, (market: MarketDefinition) => string | undefined])[] = [
  ['eventTypeIds', ({ eventType }) => eventType.id],
  ['eventIds', ({ event }) => event.id],
  ['competitionIds', ({ competition }) => competition?.id],
  ['marketIds', ({ id }) => id],
  ['marketTypeCodes', ({ type }) => type],
  ['venues', ({ event }) => event.venue],
];

/** Reads the `filter` among parameters: a function that tells whether a market passes. */
export function filterOf(params: Params): (market: MarketDefinition) => boolean {
  const filter = recordOf(params, 'filter') ?? {};
  // Betfair looks at the name of the event only; `*` stands for anything.
  const words = (textOf(filter, 'textQuery') ?? '').toLowerCase().split('*');
  const wanted = VALUES.map(([member, valueOf]) => [textsOf(filter, member), valueOf] as const);
  return (market) => {
    const name = market.event.name.toLowerCase();
    return (
      words.every((word) => name.includes(word)) &&
      wanted.every(([values, valueOf]) => values.size === 0 || values.has(valueOf(market) ?? ''))
    );
  };
}
