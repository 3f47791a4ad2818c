import type { BetRequest } from './bet.js';
import type { MarketDefinition } from '../market/market.catalogue.js';
import { money } from '../market/noise.js';
import { readInstruction } from './place.instruction.js';
import { PRICES } from '../market/price.increments.js';

const MIN_BET = 1;

/** Checks an instruction. Returns its bet, or the code of its fault. */
export function betOf(
  { limit, ...instruction }: ReturnType<typeof readInstruction>,
  market: MarketDefinition,
  customerStrategyRef: string | undefined,
): BetRequest | string {
  const { selectionId, side, persistenceType } = instruction;
  const isRunner = market.runners.some((runner) => runner.selectionId === selectionId);
  if (market.isListed && !isRunner) return 'INVALID_RUNNER';
  const request = { ...instruction, market, customerStrategyRef };
  if (!limit) return request;
  const { price, size } = limit;
  if (price === undefined || !PRICES.includes(price)) return 'INVALID_ODDS';
  if (size === undefined || !isSize(size) || size < MIN_BET) return 'INVALID_BET_SIZE';
  return { ...request, limit: { side, price, size, persistenceType } };
}

/** Tells if a number is an amount in whole pence. */
export function isSize(value: number): boolean {
  return value > 0 && Math.abs(value - money(value)) < 1e-8;
}
