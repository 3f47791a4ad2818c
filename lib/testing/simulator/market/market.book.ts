import type { MarketDefinition } from './market.catalogue.js';
import type { Ladder, PriceSize } from './market.ladder.js';
import { isInPlay, marketState } from './market.terms.js';
import { money } from './noise.js';
import type { SimulatedMarkets } from './simulated-markets.js';

/** Writes a `MarketBook`, with prices only if the projection asks for them. */
export function marketBook(
  markets: SimulatedMarkets,
  market: MarketDefinition,
  projection: ReadonlySet<string>,
  depth: number,
): object {
  const ladders = markets.ladders(market);
  const { matched, available } = totals(ladders);
  return {
    marketId: market.id,
    isMarketDataDelayed: false,
    ...marketState(market),
    inplay: isInPlay(market, markets.now()),
    numberOfRunners: ladders.length,
    totalMatched: matched,
    totalAvailable: available,
    runners: ladders.map(({ selectionId, ...ladder }) => ({
      selectionId,
      handicap: 0,
      status: 'ACTIVE',
      lastPriceTraded: lastPriceTraded(ladder),
      totalMatched: totalOf(ladder.traded),
      ...exchangePrices(ladder, projection, depth),
    })),
  };
}

/** Sums the money matched on a market, and the money on offer. */
export function totals(ladders: readonly Ladder[]) {
  return {
    matched: totalOf(ladders.flatMap(({ traded }) => traded)),
    available: totalOf(ladders.flatMap(({ back, lay }) => [...back, ...lay])),
  };
}

function exchangePrices(
  { back, lay, traded }: Ladder,
  projection: ReadonlySet<string>,
  depth: number,
): object {
  const hasTraded = projection.has('EX_TRADED');
  const hasAll = projection.has('EX_ALL_OFFERS');
  const shown = hasAll ? Infinity : projection.has('EX_BEST_OFFERS') ? depth : 0;
  if (shown === 0 && !hasTraded) return {};
  return {
    ex: {
      availableToBack: back.slice(0, shown),
      availableToLay: lay.slice(0, shown),
      tradedVolume: hasTraded ? traded : [],
    },
  };
}

export function lastPriceTraded({ back }: Ladder): number | undefined {
  return back[0]?.price;
}

export function totalOf(offers: readonly PriceSize[]): number {
  return money(offers.reduce((total, { size }) => total + size, 0));
}
