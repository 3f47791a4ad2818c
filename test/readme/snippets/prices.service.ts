import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import {
  BetfairStream,
  type MarketChangeMessage,
  type MarketSubscription,
} from 'nestjs-betfair-session/stream';

const SUBSCRIPTION: MarketSubscription = {
  op: 'marketSubscription',
  marketFilter: { marketIds: ['1.234567890'] },
  marketDataFilter: { fields: ['EX_BEST_OFFERS', 'EX_MARKET_DEF'], ladderLevels: 1 },
};

/** Best prices to back of one market, as far as they are current. */
@Injectable()
export class PricesService implements OnApplicationBootstrap {
  /** By market, and in it by selection and handicap. */
  readonly #markets = new Map<string, Map<string, number>>();
  #isLate = false;

  constructor(private readonly stream: BetfairStream) {}

  onApplicationBootstrap(): void {
    this.stream
      .messages({ subscription: SUBSCRIPTION })
      .subscribe((message) => this.#take(message));
  }

  /** The best price, or `undefined` if there is none or it may be old. */
  bestToBack(marketId: string, selectionId: number, handicap = 0): number | undefined {
    const mine = this.stream.status.find(({ subscription }) => subscription === SUBSCRIPTION);
    if (mine?.state !== 'subscribed' || this.#isLate) return undefined;
    return this.#markets.get(marketId)?.get(`${selectionId} ${handicap}`);
  }

  #take({ ct, status, mc = [] }: MarketChangeMessage): void {
    this.#isLate = status === 503;
    if (ct === 'SUB_IMAGE') this.#markets.clear();
    for (const { id, img, marketDefinition, rc = [] } of mc) {
      const prices = (img ? undefined : this.#markets.get(id)) ?? new Map<string, number>();
      this.#markets.set(id, prices);
      for (const { id: selectionId, hc = 0, batb = [] } of rc) {
        // With ladderLevels: 1 there is level 0 only.
        for (const [, price, size] of batb) {
          if (size === 0) prices.delete(`${selectionId} ${hc}`);
          else prices.set(`${selectionId} ${hc}`, price);
        }
      }
      if (marketDefinition?.['status'] === 'CLOSED') this.#markets.delete(id);
    }
  }
}
