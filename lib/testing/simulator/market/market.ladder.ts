import type { MarketDefinition } from './market.catalogue.js';
import { chance, money, wave } from './noise.js';
import { priceIndex, PRICES } from './price.increments.js';

export interface PriceSize {
  readonly price: number;
  readonly size: number;
}

/** Prices of a runner at one time. */
export interface Ladder {
  /** Offers to back, the best (highest) price first. */
  readonly back: readonly PriceSize[];
  /** Offers to lay, the best (lowest) price first. */
  readonly lay: readonly PriceSize[];
  /** Money traded at each price since the market opened. */
  readonly traded: readonly PriceSize[];
}

/** Milliseconds between two steps of the prices. */
export const STEP_MS = 500;
const MINUTE_MS = 60_000;
/** Milliseconds for which a price keeps the size that is offered at it. */
const SIZE_MS = 10_000;
const LEVELS = 10;
const TRADED_LEVELS = 25;
/** Furthest move of prices from their mean, in the logarithm of the odds. */
const SWING = 0.12;

/** Computes the ladder of a selection from its arguments only. `elapsed` is in milliseconds. */
export function ladderAt(
  seed: number,
  market: MarketDefinition,
  selectionId: number,
  elapsed: number,
): Ladder {
  const time = Math.floor(elapsed / STEP_MS) * STEP_MS;
  const keyOf = (id: number) => `${seed} ${market.id} ${id}`;
  const key = keyOf(selectionId);
  // Chance of a runner to win, compared with the others.
  const weight = (id: number) => Math.exp(0.4 * market.runners.length * chance(keyOf(id)));
  const best = fairIndex(market, selectionId, (id) => weight(id) * swing(keyOf(id), time));
  const lowestTraded = fairIndex(market, selectionId, weight) - (TRADED_LEVELS - 1) / 2;
  // The size at each price changes at times of its own.
  const offered = (index: number) => {
    const period = Math.floor(time / SIZE_MS + chance(key, index, 'offered'));
    return 10 ** (0.6 + 2 * chance(key, index, period));
  };
  // Never falls.
  const traded = (index: number) => {
    const trades = 20 + Math.max(0, time) / MINUTE_MS + chance(key, index, 'traded');
    return (5 + 95 * chance(key, index)) * Math.floor(trades);
  };
  return {
    back: levels(LEVELS, (step) => best - step, offered),
    lay: levels(LEVELS, (step) => best + 1 + step, offered),
    traded: levels(TRADED_LEVELS, (step) => lowestTraded + step, traded),
  };
}

/**
 * Finds the index of the highest price that is not above the fair one, so that neither backing nor laying all runners
 * wins for certain.
 */
function fairIndex(
  { runners }: MarketDefinition,
  selectionId: number,
  weight: (id: number) => number,
): number {
  const ids = new Set([...runners.map((runner) => runner.selectionId), selectionId]);
  const all = [...ids].reduce((sum, id) => sum + weight(id), 0);
  return Math.min(priceIndex(all / weight(selectionId)), PRICES.length - 2);
}

function swing(key: string, time: number): number {
  const slow = wave(`${key} slow`, time, 10 * MINUTE_MS);
  return Math.exp(SWING * (0.7 * slow + 0.3 * wave(`${key} fast`, time, 15_000)));
}

function levels(
  count: number,
  indexAt: (step: number) => number,
  sizeAt: (index: number) => number,
): readonly PriceSize[] {
  return Array.from({ length: count }, (_, step) => indexAt(step)).flatMap((index) => {
    const price = PRICES[index];
    return price === undefined ? [] : [{ price, size: money(sizeAt(index)) }];
  });
}
