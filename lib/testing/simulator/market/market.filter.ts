import { isRecord } from '../../../common/is-record.js';
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

/** Whether a `MarketFilter` selects the market. */
export function passes(market: MarketDefinition, filter: unknown): boolean {
  if (!isRecord(filter)) return true;
  // Betfair looks at the name of the event only; `*` stands for anything.
  const { textQuery } = filter;
  const words = typeof textQuery === 'string' ? textQuery.toLowerCase().split('*') : [];
  const name = market.event.name.toLowerCase();
  return (
    words.every((word) => name.includes(word)) &&
    VALUES.every(([member, valueOf]) => {
      const wanted = texts(filter[member]);
      return wanted.size === 0 || wanted.has(valueOf(market) ?? '');
    })
  );
}

/** The texts in a JSON array; ids may be numbers. */
export function texts(value: unknown): ReadonlySet<string> {
  return new Set(Array.isArray(value) ? value.map(String) : []);
}
