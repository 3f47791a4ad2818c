import { isoDate, type MarketDefinition } from './market.catalogue.js';

export function marketTerms({ type, startTime }: MarketDefinition) {
  return {
    persistenceEnabled: true,
    bspMarket: false,
    marketTime: isoDate(startTime),
    suspendTime: isoDate(startTime),
    bettingType: 'ODDS',
    turnInPlayEnabled: true,
    marketType: type,
    marketBaseRate: 5,
    discountAllowed: true,
  };
}

export function marketState({ runners }: MarketDefinition) {
  return {
    status: 'OPEN',
    betDelay: 0,
    bspReconciled: false,
    complete: true,
    numberOfWinners: 1,
    numberOfActiveRunners: runners.length,
    crossMatching: true,
    runnersVoidable: false,
    version: 5_678_901_234,
  };
}

export function isInPlay({ startTime }: MarketDefinition, at: number): boolean {
  return at >= startTime;
}
