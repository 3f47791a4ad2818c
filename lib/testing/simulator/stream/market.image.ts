import { isDeepStrictEqual } from 'node:util';
import { lastPriceTraded, totalOf, totals } from '../market/market.book.js';
import type { MarketDefinition } from '../market/market.catalogue.js';
import type { Ladder, PriceSize } from '../market/market.ladder.js';
import type { SimulatedMarkets } from '../market/simulated-markets.js';
import { handicapOf, streamDefinition } from './market.definition.js';

const PRICE_FIELDS = [
  'EX_BEST_OFFERS_DISP',
  'EX_BEST_OFFERS',
  'EX_ALL_OFFERS',
  'EX_TRADED',
  'EX_TRADED_VOL',
  'EX_LTP',
];
/** Fields of a `marketDataFilter`. Those of the starting price are accepted, but have no data. */
export const FIELDS = [...PRICE_FIELDS, 'EX_MARKET_DEF', 'SP_TRADED', 'SP_PROJECTED'];

/** A row of a ladder: a level or a price, then numbers that end with the size. */
type Row = readonly number[];

/** Data of a subscription about a market at one time. */
export interface MarketImage {
  readonly id: string;
  readonly definition?: object;
  readonly values: Values;
  readonly runners: readonly RunnerImage[];
}

interface RunnerImage {
  readonly key: { readonly id: number; readonly hc?: number };
  readonly values: Values;
  readonly ladders: readonly (readonly [name: string, rows: readonly Row[]])[];
}

type Values = Readonly<Record<string, number | undefined>>;

/** Data that a subscription asks for. */
export interface MarketData {
  readonly fields: ReadonlySet<string>;
  readonly levels: number;
}

export function marketImage(
  markets: SimulatedMarkets,
  market: MarketDefinition,
  { fields, levels }: MarketData,
  at: number,
): MarketImage {
  const ladders = PRICE_FIELDS.some((field) => fields.has(field))
    ? markets.ladders(market, at)
    : [];
  const hasVolume = fields.has('EX_TRADED_VOL');
  const runners = ladders.map(({ selectionId, ...ladder }, index) => ({
    key: { id: selectionId, ...handicapOf(market.runners[index]?.handicap ?? 0) },
    values: {
      ...(fields.has('EX_LTP') && { ltp: lastPriceTraded(ladder) }),
      ...(hasVolume && { tv: totalOf(ladder.traded) }),
    },
    ladders: [...laddersOf(ladder, fields, levels)],
  }));
  return {
    id: market.id,
    ...(fields.has('EX_MARKET_DEF') && { definition: streamDefinition(market, at) }),
    values: hasVolume ? { tv: totals(ladders).matched } : {},
    runners,
  };
}

/** Writes the differences between two images of a market; without a first one, the whole as an image. */
export function marketChange(before: MarketImage | undefined, after: MarketImage): object[] {
  const known = new Map(before?.runners.map((runner) => [runner.key.id, runner]));
  const runners = after.runners.flatMap((runner) => runnerChange(known.get(runner.key.id), runner));
  const isDefined = after.definition && !isDeepStrictEqual(before?.definition, after.definition);
  const change = {
    ...valueChange(before?.values, after.values),
    ...(isDefined && { marketDefinition: after.definition }),
    ...(runners.length > 0 && { rc: runners }),
  };
  if (before && Object.keys(change).length === 0) return [];
  return [{ id: after.id, ...(!before && { img: true }), ...change }];
}

function* laddersOf({ back, lay, traded }: Ladder, fields: ReadonlySet<string>, levels: number) {
  // Nothing is matched across runners here, so virtual prices are the same.
  if (fields.has('EX_BEST_OFFERS_DISP')) {
    yield ['bdatb', best(back, levels)] as const;
    yield ['bdatl', best(lay, levels)] as const;
  }
  if (fields.has('EX_BEST_OFFERS')) {
    yield ['batb', best(back, levels)] as const;
    yield ['batl', best(lay, levels)] as const;
  }
  if (fields.has('EX_ALL_OFFERS')) {
    yield ['atb', back.map(priceAndSize)] as const;
    yield ['atl', lay.map(priceAndSize)] as const;
  }
  if (fields.has('EX_TRADED')) yield ['trd', traded.map(priceAndSize)] as const;
}

function best(offers: readonly PriceSize[], levels: number): readonly Row[] {
  return offers.slice(0, levels).map(({ price, size }, level) => [level, price, size]);
}

function priceAndSize({ price, size }: PriceSize): Row {
  return [price, size];
}

function runnerChange(before: RunnerImage | undefined, { key, values, ladders }: RunnerImage) {
  const known = new Map(before?.ladders);
  const rows = ladders.flatMap(([name, after]) => {
    const changed = rowChange(known.get(name) ?? [], after);
    return changed.length > 0 ? [[name, changed] as const] : [];
  });
  const change = { ...valueChange(before?.values, values), ...Object.fromEntries(rows) };
  return Object.keys(change).length > 0 ? [{ ...change, ...key }] : [];
}

function valueChange(before: Values | undefined, after: Values): Values {
  return Object.fromEntries(
    Object.entries(after).filter(
      ([name, value]) => value !== undefined && value !== before?.[name],
    ),
  );
}

/** Lists new and changed rows, and removed rows with zeros. */
function rowChange(before: readonly Row[], after: readonly Row[]): readonly Row[] {
  const known = new Map(before.map((row) => [row[0], row]));
  const kept = new Set(after.map(([key]) => key));
  const changed = after.filter((row) => {
    const old = known.get(row[0]);
    return !old || row.some((value, index) => value !== old[index]);
  });
  const gone = before.filter(([key]) => !kept.has(key));
  return [...changed, ...gone.map((row) => row.map((value, index) => (index === 0 ? value : 0)))];
}
