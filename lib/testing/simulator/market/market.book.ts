import type { MarketDefinition } from './market.catalogue.js';
import type { Ladder, PriceSize } from './market.ladder.js';
import { money } from './noise.js';
import type { SimulatedMarkets } from './simulated-markets.js';

/** A `MarketBook`: prices only if the projection asks for some. */
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
    status: 'OPEN',
    betDelay: 0,
    bspReconciled: false,
    complete: true,
    inplay: markets.now() >= market.startTime,
    numberOfWinners: 1,
    numberOfRunners: ladders.length,
    numberOfActiveRunners: ladders.length,
    totalMatched: matched,
    totalAvailable: available,
    crossMatching: true,
    runnersVoidable: false,
    version: 5_678_901_234,
    runners: ladders.map(({ selectionId, ...ladder }) => ({
      selectionId,
      handicap: 0,
      status: 'ACTIVE',
      lastPriceTraded: ladder.back[0]?.price,
      totalMatched: sum(ladder.traded),
      ...exchangePrices(ladder, projection, depth),
    })),
  };
}

/** The money that was matched on a market, and that is on offer. */
export function totals(ladders: readonly Ladder[]) {
  return {
    matched: sum(ladders.flatMap(({ traded }) => traded)),
    available: sum(ladders.flatMap(({ back, lay }) => [...back, ...lay])),
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

function sum(offers: readonly PriceSize[]): number {
  return money(offers.reduce((total, { size }) => total + size, 0));
}
