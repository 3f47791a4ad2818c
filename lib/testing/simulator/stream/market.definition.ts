import type { MarketDefinition } from '../market/market.catalogue.js';
import { isInPlay, marketState, marketTerms } from '../market/market.terms.js';

/** Writes the `marketDefinition` at that time. */
export function streamDefinition(market: MarketDefinition, at: number): object {
  const { event, eventType, runners } = market;
  const { venue, countryCode, timezone, openDate } = event;
  return {
    ...marketTerms(market),
    ...marketState(market),
    inPlay: isInPlay(market, at),
    eventId: event.id,
    eventTypeId: eventType.id,
    ...(venue !== undefined && { venue }),
    countryCode,
    timezone,
    openDate,
    regulators: ['MR_INT'],
    priceLadderDefinition: { type: 'CLASSIC' },
    runners: runners.map(({ selectionId, sortPriority, handicap }) => {
      return { status: 'ACTIVE', sortPriority, id: selectionId, ...handicapOf(handicap) };
    }),
  };
}

/** Writes the member `hc`, which runners without a handicap leave out. */
export function handicapOf(handicap: number): { readonly hc?: number } {
  return handicap === 0 ? {} : { hc: handicap };
}
