import { SimulatedApiError } from '../api/simulated-api.error.js';
import { isRecord } from '../../../common/is-record.js';
import type { BetRequest } from './bet.js';
import type { MarketDefinition } from './market.catalogue.js';
import { money } from './noise.js';
import { PRICES } from './price.increments.js';

const SMALLEST_BET = 1;
const LONGEST_CUSTOMER_REF = 32;

/** Reads an instruction of an order: the bet, or the code of what is wrong with it. */
export function betOf(
  instruction: Readonly<Record<string, unknown>>,
  market: MarketDefinition,
): BetRequest | string {
  const { selectionId, side, limitOrder } = instruction;
  const isRunner = market.runners.some((runner) => runner.selectionId === selectionId);
  if (market.isListed && !isRunner) return 'INVALID_RUNNER';
  const request = { market, selectionId: Number(selectionId), instruction };
  if (!isRecord(limitOrder)) return request;
  const { price, size } = limitOrder;
  if (Number.isNaN(request.selectionId)) return 'INVALID_RUNNER';
  if (side !== 'BACK' && side !== 'LAY') throw new SimulatedApiError('INVALID_INPUT_DATA', 'side');
  if (typeof price !== 'number' || !PRICES.includes(price)) return 'INVALID_ODDS';
  if (!isSize(size) || size < SMALLEST_BET) return 'INVALID_BET_SIZE';
  const persistenceType = limitOrder['persistenceType'] ?? 'LAPSE';
  return { ...request, limit: { side, price, size, persistenceType } };
}

/** Whether a value is an amount in whole pence. */
export function isSize(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && Math.abs(value - money(value)) < 1e-8;
}

export function customerRefOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' && value.length <= LONGEST_CUSTOMER_REF) return value;
  throw new SimulatedApiError('INVALID_INPUT_DATA', 'customerRef');
}
