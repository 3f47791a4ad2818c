import type { Bet } from './bet.js';
import { isoDate } from './market.catalogue.js';

/** A `PlaceInstructionReport`. */
export function betReport(bet: Bet): object {
  return {
    status: 'SUCCESS',
    instruction: bet.request.instruction,
    betId: bet.id,
    placedDate: isoDate(bet.placedAt),
    averagePriceMatched: bet.averagePriceMatched,
    sizeMatched: bet.sizeMatched,
    orderStatus: bet.status,
  };
}

/** A `CurrentOrderSummary`. */
export function currentOrder(bet: Bet): object {
  const { market, selectionId, instruction, limit } = bet.request;
  return {
    betId: bet.id,
    marketId: market.id,
    selectionId,
    handicap: 0,
    priceSize: { price: limit?.price ?? 0, size: limit?.size ?? 0 },
    bspLiability: 0,
    side: instruction['side'],
    status: bet.status,
    persistenceType: limit?.persistenceType,
    orderType: instruction['orderType'],
    placedDate: isoDate(bet.placedAt),
    ...(bet.matchedAt !== undefined && { matchedDate: isoDate(bet.matchedAt) }),
    averagePriceMatched: bet.averagePriceMatched,
    sizeMatched: bet.sizeMatched,
    sizeRemaining: bet.sizeRemaining,
    sizeLapsed: 0,
    sizeCancelled: bet.sizeCancelled,
    sizeVoided: 0,
    customerOrderRef: instruction['customerOrderRef'],
    customerStrategyRef: instruction['customerStrategyRef'],
  };
}
