import type { Bet } from './bet.js';
import { isoDate, REGULATOR } from '../market/market.catalogue.js';

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

export function currentOrder(bet: Bet): object {
  const { market, limit, ...request } = bet.request;
  return {
    betId: bet.id,
    marketId: market.id,
    selectionId: request.selectionId,
    handicap: request.handicap,
    priceSize: { price: bet.price, size: limit?.size ?? 0 },
    bspLiability: request.bspLiability,
    side: request.side,
    status: bet.status,
    persistenceType: request.persistenceType,
    orderType: request.orderType,
    placedDate: isoDate(bet.placedAt),
    ...(bet.matchedAt !== undefined && { matchedDate: isoDate(bet.matchedAt) }),
    averagePriceMatched: bet.averagePriceMatched,
    sizeMatched: bet.sizeMatched,
    sizeRemaining: bet.sizeRemaining,
    sizeLapsed: 0,
    sizeCancelled: bet.sizeCancelled,
    sizeVoided: 0,
    regulatorCode: REGULATOR,
    customerOrderRef: request.customerOrderRef,
    customerStrategyRef: request.customerStrategyRef,
  };
}
