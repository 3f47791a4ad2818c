import type { Clock } from '../../../common/clock.js';
import { makeCatalogue, makeUpMarket, type MarketDefinition } from './market.catalogue.js';
import { ladderAt, STEP_MS, type Ladder } from './market.ladder.js';

/** Markets of a simulator. Prices depend only on the seed and the time since the start: nothing is stored. */
export class SimulatedMarkets {
  /** Markets that the catalogue lists. */
  readonly listed: readonly MarketDefinition[];
  readonly #start: number;

  constructor(
    private readonly seed: number,
    private readonly clock: Pick<Clock, 'wall'>,
  ) {
    this.#start = clock.wall();
    this.listed = makeCatalogue(seed, this.#start);
  }

  now(): number {
    return this.clock.wall();
  }

  /** Finds the market of that id: a listed one, or an invented one if the id has the form of one. */
  find(id: string): MarketDefinition | undefined {
    const listed = this.listed.find((market) => market.id === id);
    return listed ?? (/^1\.\d+$/.test(id) ? makeUpMarket(id, this.#start) : undefined);
  }

  /** Prices of a selection at that time, or now. */
  ladder(market: MarketDefinition, selectionId: number, at = this.now()): Ladder {
    return ladderAt(this.seed, market, selectionId, at - this.#start);
  }

  /** Prices of all runners at that time, or now. */
  ladders(market: MarketDefinition, at = this.now()) {
    return market.runners.map(({ selectionId }) => {
      return { selectionId, ...this.ladder(market, selectionId, at) };
    });
  }

  /** A number that changes when prices may have changed. */
  step(at = this.now()): number {
    return Math.floor((at - this.#start) / STEP_MS);
  }

  /** Milliseconds until prices may change. */
  untilNextStep(): number {
    return (this.step() + 1) * STEP_MS - (this.now() - this.#start);
  }
}
