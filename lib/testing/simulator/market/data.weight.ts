/**
 * Betfair's limit for one request: the weight of the requested data times the number of markets. Weights are those of
 * https://betfair-developer-docs.atlassian.net/wiki/spaces/1smk3cen4v3lu3yomq5qye0ni/pages/2687478
 */
export const MAX_WEIGHT = 200;
/** Number of prices that `EX_BEST_OFFERS` shows by default, and for its weight. */
export const BEST_PRICES = 3;

/** Weighs `listMarketCatalogue`, for each market. */
export function catalogueWeight(projection: ReadonlySet<string>): number {
  return ['MARKET_DESCRIPTION', 'RUNNER_METADATA'].filter((name) => projection.has(name)).length;
}

/** Weighs `listMarketBook`, for each market. `depth` is the requested number of best prices. */
export function bookWeight(priceData: ReadonlySet<string>, depth: number): number {
  const traded = priceData.has('EX_TRADED');
  // Offers and traded amounts weigh less together.
  let exchange = traded ? 17 : 0;
  if (priceData.has('EX_ALL_OFFERS')) exchange = traded ? 32 : 17;
  else if (priceData.has('EX_BEST_OFFERS')) exchange = ((traded ? 20 : 5) * depth) / BEST_PRICES;
  const starting = (priceData.has('SP_AVAILABLE') ? 3 : 0) + (priceData.has('SP_TRADED') ? 7 : 0);
  return exchange + starting || 2;
}
