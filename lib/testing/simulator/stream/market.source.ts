import { badInput, recordOf, someOf, textsOf, wholeNumberOf, type Params } from '../api/params.js';
import type { MarketDefinition } from '../market/market.catalogue.js';
import { streamFilterOf } from '../market/market.filter.js';
import type { SimulatedMarkets } from '../market/simulated-markets.js';
import type { ChangeSource } from './change.source.js';
import {
  FIELDS,
  marketChange,
  type MarketData,
  type MarketImage,
  marketImage,
} from './market.image.js';

const LADDER_LEVELS = 3;
const MAX_LADDER_LEVELS = 10;

/** Prices of the markets of a subscription. A position is a time. */
export class MarketSource implements ChangeSource {
  readonly op = 'mcm';
  readonly criteria: string;
  readonly #selected: readonly MarketDefinition[];
  readonly #data: MarketData;
  #now: number;
  /** Last images, from which the next changes are usually computed. */
  #last: { readonly at: number; readonly images: readonly MarketImage[] } | undefined;

  /** @throws SimulatedApiError the filter of markets or of data is not valid at Betfair */
  constructor(
    private readonly markets: SimulatedMarkets,
    subscription: Params,
  ) {
    this.#now = markets.now();
    this.#selected = select(markets, recordOf(subscription, 'marketFilter') ?? {});
    this.#data = readData(recordOf(subscription, 'marketDataFilter') ?? {});
    const { fields, levels } = this.#data;
    const ids = this.#selected.map(({ id }) => id);
    this.criteria = JSON.stringify([ids.toSorted(), [...fields].toSorted(), levels]);
  }

  get marketCount(): number {
    return this.#selected.length;
  }

  update(): number {
    return (this.#now = this.markets.now());
  }

  changes(since?: number): readonly object[] {
    const before = since === undefined ? [] : this.#imagesAt(since);
    const after = this.#imagesAt(this.#now);
    return after.flatMap((image, index) => marketChange(before[index], image));
  }

  untilNext(): number {
    return this.markets.untilNextStep();
  }

  /** Prices change at their steps only. */
  onChange(): () => void {
    return () => undefined;
  }

  #imagesAt(at: number): readonly MarketImage[] {
    if (this.#last?.at === at) return this.#last.images;
    const images = this.#selected.map((market) => {
      return marketImage(this.markets, market, this.#data, at);
    });
    this.#last = { at, images };
    return images;
  }
}

/** Finds the markets of a filter: those of the catalogue, or named ones, which may be invented. */
function select(markets: SimulatedMarkets, filter: Params): readonly MarketDefinition[] {
  const ids = textsOf(filter, 'marketIds');
  const named = ids.size > 0 ? [...ids].flatMap((id) => markets.find(id) ?? []) : markets.listed;
  return named.filter(streamFilterOf(filter));
}

function readData(filter: Params): MarketData {
  const levels = wholeNumberOf(filter, 'ladderLevels') ?? LADDER_LEVELS;
  if (levels < 1 || levels > MAX_LADDER_LEVELS) throw badInput('ladderLevels');
  const fields = someOf(filter, 'fields', FIELDS);
  return { levels, fields: fields.size > 0 ? fields : new Set(FIELDS) };
}
