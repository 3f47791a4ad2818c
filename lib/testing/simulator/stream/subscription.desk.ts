import { randomUUID } from 'node:crypto';
import type { Params } from '../api/params.js';
import { SimulatedApiError } from '../api/simulated-api.error.js';
import type { OrderBook } from '../orders/order-book.js';
import type { SimulatedMarkets } from '../market/simulated-markets.js';
import type { ChangeSource } from './change.source.js';
import { MarketSource } from './market.source.js';
import { OrderSource } from './order.source.js';
import { readSubscription, type Subscription } from './subscription.js';
import type { StreamRefusal } from './stream.status.js';

export const SUBSCRIPTION_OPS = ['marketSubscription', 'orderSubscription'] as const;
export type SubscriptionOp = (typeof SUBSCRIPTION_OPS)[number];

/** Accepts and refuses subscriptions. */
export class SubscriptionDesk {
  /** Number of accepted subscriptions. */
  subscriptions = 0;
  /** Number of accepted subscriptions that resumed. */
  resumed = 0;
  /** Random part of the clocks, which makes them invalid at other simulators. */
  readonly #simulator = randomUUID();

  constructor(
    private readonly markets: SimulatedMarkets,
    private readonly orders: OrderBook,
    private readonly limits: { readonly markets: number },
  ) {}

  open(op: SubscriptionOp, message: Params, username: string): Subscription | StreamRefusal {
    try {
      const source: ChangeSource =
        op === 'marketSubscription'
          ? new MarketSource(this.markets, message)
          : new OrderSource(this.orders, this.markets, username, message);
      const { marketCount = 0 } = source;
      if (marketCount > this.limits.markets) return tooMany(marketCount, this.limits.markets);
      const subscription = readSubscription(message, source, this.#simulator);
      if (!subscription) return UNKNOWN_CLOCK;
      this.subscriptions += 1;
      if (subscription.since !== undefined) this.resumed += 1;
      return subscription;
    } catch (error) {
      if (!(error instanceof SimulatedApiError)) throw error;
      return { errorCode: 'INVALID_INPUT', errorMessage: `Not a value of ${error.errorDetails}` };
    }
  }
}

const UNKNOWN_CLOCK: StreamRefusal = {
  errorCode: 'INVALID_CLOCK',
  errorMessage: 'initialClk and clk are not of a subscription to the same data',
};

function tooMany(count: number, most: number): StreamRefusal {
  const errorMessage = `Trying to subscribe to ${count} markets; the most are ${most}`;
  return { errorCode: 'SUBSCRIPTION_LIMIT_EXCEEDED', errorMessage };
}
