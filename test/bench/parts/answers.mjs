/** A JSON-RPC answer with two event types, as `listEventTypes` gives. */
export const SMALL = JSON.stringify({
  jsonrpc: '2.0',
  result: [
    { eventType: { id: '1', name: 'Soccer' }, marketCount: 25614 },
    { eventType: { id: '7', name: 'Horse Racing' }, marketCount: 398 },
  ],
  id: 1,
});

function prices(from) {
  return Array.from({ length: 10 }, (_, i) => ({ price: from + i / 100, size: 1000.5 + i }));
}

function runner(_, index) {
  return {
    selectionId: 47_972 + index,
    handicap: 0,
    status: 'ACTIVE',
    adjustmentFactor: 7.142,
    lastPriceTraded: 3.5,
    totalMatched: 12_345.67,
    ex: { availableToBack: prices(3), availableToLay: prices(4), tradedVolume: prices(2) },
  };
}

function market(_, index) {
  return {
    marketId: `1.${200_000_000 + index}`,
    isMarketDataDelayed: false,
    status: 'OPEN',
    betDelay: 0,
    totalMatched: 1_234_567.89,
    runners: Array.from({ length: 12 }, runner),
  };
}

/** A JSON-RPC answer to `listMarketBook` of 1 MB. */
export function marketBook() {
  const count = Math.ceil(1_000_000 / JSON.stringify(market(undefined, 0)).length);
  return JSON.stringify({ jsonrpc: '2.0', result: Array.from({ length: count }, market), id: 1 });
}
