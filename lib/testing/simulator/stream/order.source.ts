import { flagOf, recordOf, textsOf, type Params } from '../api/params.js';
import type { Bet } from '../orders/bet.js';
import type { OrderBook } from '../orders/order-book.js';
import type { SimulatedMarkets } from '../market/simulated-markets.js';
import type { ChangeSource } from './change.source.js';
import { orderChanges, type OrderView } from './order.change.js';

/** Bets of an account. A position is a number of changes. */
export class OrderSource implements ChangeSource {
  readonly op = 'ocm';
  readonly criteria: string;
  readonly #view: OrderView;
  #bets: readonly Bet[] = [];

  /** @throws SimulatedApiError the filter of orders is not valid at Betfair */
  constructor(
    private readonly book: OrderBook,
    private readonly markets: SimulatedMarkets,
    private readonly username: string,
    subscription: Params,
  ) {
    const filter = recordOf(subscription, 'orderFilter') ?? {};
    const strategies = textsOf(filter, 'customerStrategyRefs');
    const hasPositions = flagOf(filter, 'includeOverallPosition') ?? true;
    this.#view = { strategies, hasPositions };
    this.criteria = JSON.stringify([username, [...strategies].toSorted(), hasPositions]);
  }

  update(): number {
    this.#bets = this.book.betsOf(this.username);
    return this.book.revision;
  }

  changes(since?: number): readonly object[] {
    return orderChanges(this.#bets, this.#view, since);
  }

  /** Bets that wait may be matched when prices change. */
  untilNext(): number | undefined {
    return this.book.isWaiting(this.username) ? this.markets.untilNextStep() : undefined;
  }

  onChange(listener: () => void): () => void {
    return this.book.onChange((bet) => {
      if (bet.username === this.username) listener();
    });
  }
}
