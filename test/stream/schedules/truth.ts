import type { SessionService } from 'nestjs-betfair-session';
import type { StreamCache } from './stream.cache.js';

interface PriceSize {
  readonly price: number;
  readonly size: number;
}

export interface Book {
  readonly marketId: string;
  readonly inplay: boolean;
  readonly totalMatched: number;
  readonly runners: readonly {
    readonly selectionId: number;
    readonly lastPriceTraded?: number;
    readonly totalMatched: number;
    readonly ex: {
      readonly availableToBack: readonly PriceSize[];
      readonly availableToLay: readonly PriceSize[];
      readonly tradedVolume: readonly PriceSize[];
    };
  }[];
}

interface Order {
  readonly betId: string;
  readonly marketId: string;
  readonly selectionId: number;
  readonly side: 'BACK' | 'LAY';
  readonly status: 'EXECUTABLE' | 'EXECUTION_COMPLETE';
  readonly priceSize: PriceSize;
  readonly averagePriceMatched: number;
  readonly sizeMatched: number;
  readonly sizeRemaining: number;
  readonly sizeCancelled: number;
}

type Values = ReadonlyMap<string, unknown>;

/** Asks the API for the prices of markets. */
export function books(sessions: SessionService, marketIds: readonly string[]) {
  const priceProjection = { priceData: ['EX_ALL_OFFERS', 'EX_TRADED'] };
  const params = { marketIds, priceProjection };
  return sessions.call<readonly Book[]>('SportsAPING/v1.0/listMarketBook', params);
}

/** Tells by the API what a subscription to these fields of markets must know now. */
export async function marketTruth(
  sessions: SessionService,
  marketIds: readonly string[],
  { fields, ladderLevels }: { fields: readonly string[]; ladderLevels: number },
): Promise<Values> {
  const values = new Map<string, unknown>();
  for (const { marketId, inplay, totalMatched, runners } of await books(sessions, marketIds)) {
    values.set(marketId, 'known');
    if (fields.includes('EX_MARKET_DEF')) values.set(`${marketId}/inPlay`, inplay);
    if (fields.includes('EX_TRADED_VOL')) values.set(`${marketId}/tv`, totalMatched);
    for (const { selectionId, lastPriceTraded, totalMatched: matched, ex } of runners) {
      const place = `${marketId}/${selectionId}`;
      if (fields.includes('EX_TRADED_VOL')) values.set(`${place}/tv`, matched);
      if (fields.includes('EX_LTP')) values.set(`${place}/ltp`, lastPriceTraded);
      const prices = (name: string, offers: readonly PriceSize[]) =>
        offers.forEach(({ price, size }) => values.set(`${place}/${name}/${price}`, [size]));
      const levels = (name: string, offers: readonly PriceSize[]) =>
        offers
          .slice(0, ladderLevels)
          .forEach(({ price, size }, level) =>
            values.set(`${place}/${name}/${level}`, [price, size]),
          );
      if (fields.includes('EX_BEST_OFFERS')) {
        levels('batb', ex.availableToBack);
        levels('batl', ex.availableToLay);
      }
      if (fields.includes('EX_ALL_OFFERS')) {
        prices('atb', ex.availableToBack);
        prices('atl', ex.availableToLay);
      }
      if (fields.includes('EX_TRADED')) prices('trd', ex.tradedVolume);
    }
  }
  return values;
}

/** Tells by the API what a subscription to orders must know now: those that wait, and the money matched on each side. */
export async function orderTruth(sessions: SessionService): Promise<Values> {
  const values = new Map<string, unknown>();
  const answer = await sessions.call<{ readonly currentOrders: readonly Order[] }>(
    'SportsAPING/v1.0/listCurrentOrders',
  );
  for (const order of answer.currentOrders) {
    const { betId, priceSize, sizeMatched, sizeRemaining, sizeCancelled } = order;
    const place = `${order.marketId}/${order.selectionId}`;
    const isBack = order.side === 'BACK';
    const { price, size } = priceSize;
    const sizes = [price, size, sizeMatched, sizeRemaining, sizeCancelled];
    if (order.status === 'EXECUTABLE') {
      values.set(`${place}/${betId}`, [isBack ? 'B' : 'L', ...sizes].join(' '));
    }
    const payout = sizeMatched * order.averagePriceMatched;
    addMatch(values, `${place}/${isBack ? 'mb' : 'ml'}`, sizeMatched, payout);
  }
  return rounded(values);
}

/** A cache of orders, with the money matched at each price added up, for the API does not tell the prices. */
export function ordersIn({ values }: StreamCache): Values {
  const added = new Map<string, unknown>();
  for (const [path, value] of values) {
    const [, place, price] = /^(.*\/m[bl])\/(.*)$/.exec(path) ?? [];
    if (place === undefined || !Array.isArray(value)) added.set(path, value);
    else addMatch(added, place, Number(value[0]), Number(value[0]) * Number(price));
  }
  return rounded(added);
}

/** The paths at which two sets of values differ, with both; empty if there is none. */
export function differences(known: Values, truth: Values): readonly string[] {
  return [...new Set([...known.keys(), ...truth.keys()])]
    .filter((path) => String(known.get(path)) !== String(truth.get(path)))
    .map((path) => `${path}: ${String(known.get(path))} instead of ${String(truth.get(path))}`);
}

function addMatch(values: Map<string, unknown>, place: string, size: number, payout: number): void {
  if (size === 0) return;
  const before = values.get(place);
  const [oldSize = 0, oldPayout = 0] = Array.isArray(before) ? before.map(Number) : [];
  values.set(place, [oldSize + size, oldPayout + payout]);
}

/** Sums without the last digits, in which the order of adding shows. Pence at a price have four decimals: six decide. */
function rounded(values: Values): Values {
  return new Map(
    Array.from(values, ([path, value]) => [
      path,
      Array.isArray(value) ? value.map((one) => Number(one).toFixed(6)) : value,
    ]),
  );
}
