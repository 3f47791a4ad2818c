import type { Trader } from '../market/market-wire.js';
import { type Ladder, LADDERS, type StreamCache } from './stream-cache.js';
import type { Rows } from './stream-world.js';

/** Compares all prices with those of `listMarketBook`. */
export async function expectBooks(cache: StreamCache, trader: Trader): Promise<void> {
  const ids = [...cache.markets.keys()];
  for (let first = 0; first < ids.length; first += 5) {
    const some = ids.slice(first, first + 5);
    const books = await trader.books(some, 'EX_ALL_OFFERS', 'EX_TRADED');
    expect(some.map((id) => shown(cache, id))).toEqual(
      books.map(({ marketId, inplay, totalMatched, runners }) => ({
        marketId,
        inplay,
        totalMatched,
        runners: runners.map(({ selectionId, totalMatched: matched, ex }) => {
          const back = rows(ex?.availableToBack);
          const lay = rows(ex?.availableToLay);
          return {
            selectionId,
            totalMatched: matched,
            ltp: back[0]?.[0],
            atb: back,
            atl: lay,
            trd: rows(ex?.tradedVolume),
            batb: levels(back),
            batl: levels(lay),
            bdatb: levels(back),
            bdatl: levels(lay),
          };
        }),
      })),
    );
  }
}

/** Compares orders and what was matched with `listCurrentOrders`. */
export async function expectOrders(cache: StreamCache, trader: Trader): Promise<void> {
  const listed = await trader.orders();
  const positions = [...cache.positions.values()];
  const orders = new Map(positions.flatMap((position) => [...position.orders]));
  for (const { betId, status, sizeMatched, sizeRemaining, sizeCancelled } of listed) {
    const order = orders.get(betId);
    // An image leaves out what is complete.
    if (!order && status === 'EXECUTION_COMPLETE') continue;
    expect(order).toMatchObject({
      id: betId,
      status: status === 'EXECUTABLE' ? 'E' : 'EC',
      sm: sizeMatched,
      sr: sizeRemaining,
      sc: sizeCancelled,
    });
    orders.delete(betId);
  }
  expect([...orders]).toEqual([]);
  for (const side of ['BACK', 'LAY'] as const) {
    const told = positions.flatMap(({ backs, lays }) => [...(side === 'BACK' ? backs : lays)]);
    const matched = listed.filter((order) => order.side === side);
    expect(sum(told.map(([, [, size = 0]]) => size))).toBeCloseTo(
      sum(matched.map(({ sizeMatched }) => sizeMatched)),
    );
    expect(sum(told.map(([price, [, size = 0]]) => price * size))).toBeCloseTo(
      sum(matched.map((order) => order.averagePriceMatched * order.sizeMatched)),
    );
  }
}

function shown(cache: StreamCache, marketId: string) {
  const market = cache.markets.get(marketId);
  return {
    marketId,
    inplay: market?.definition?.['inPlay'],
    totalMatched: market?.tv,
    runners: Array.from(market?.runners ?? [], ([selectionId, { ltp, tv, ladders }]) => ({
      selectionId,
      totalMatched: tv,
      ltp,
      ...Object.fromEntries(LADDERS.map((name) => [name, sorted(name, ladders.get(name))])),
    })),
  };
}

/** Levels and prices to lay go up, prices to back down. */
function sorted(name: string, ladder: Ladder = new Map()): Rows {
  const direction = name === 'atb' ? -1 : 1;
  return [...ladder.values()].toSorted(([one = 0], [other = 0]) => direction * (one - other));
}

function rows(offers: readonly { readonly price: number; readonly size: number }[] = []): Rows {
  return offers.map(({ price, size }) => [price, size]);
}

function levels(offers: Rows): Rows {
  return offers.slice(0, 3).map((row, level) => [level, ...row]);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((one, other) => one + other, 0);
}
