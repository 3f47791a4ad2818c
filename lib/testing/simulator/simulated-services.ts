import type { Clock } from '../../common/clock.js';
import type { SimulatedAccounts } from './accounts/simulated-accounts.js';
import { CANNED_ANSWERS } from './api/api.answers.js';
import { MENU } from './api/api.route.js';
import { SimulatedApi } from './api/simulated-api.js';
import type { ServerCertificate } from './http/certificates.js';
import type { ResolvedLimits } from './limits.js';
import { marketAnswers } from './market/market.answers.js';
import { navigationMenu } from './market/navigation.menu.js';
import { SimulatedMarkets } from './market/simulated-markets.js';
import { accountAnswers } from './orders/account.answers.js';
import { OrderBook } from './orders/order-book.js';
import { orderAnswers } from './orders/order.answers.js';
import { SimulatedStream } from './stream/simulated-stream.js';

export type SimulatedServices = ReturnType<typeof createServices>;

/** Makes the APIs of a simulator, which share its markets and orders. */
export function createServices(
  accounts: SimulatedAccounts,
  clock: Pick<Clock, 'wall' | 'timer'>,
  server: ServerCertificate,
  seed: number,
  limits: ResolvedLimits,
) {
  const markets = new SimulatedMarkets(seed, clock);
  const orders = new OrderBook(markets);
  const stream = new SimulatedStream(accounts, clock, server, limits, { markets, orders });
  const api = new SimulatedApi(accounts, {
    ...CANNED_ANSWERS,
    betting: {
      ...CANNED_ANSWERS.betting,
      ...marketAnswers(markets, limits.weight),
      ...orderAnswers(markets, orders),
      [MENU]: () => navigationMenu(markets.listed),
    },
    account: { ...CANNED_ANSWERS.account, ...accountAnswers(orders) },
  });
  return { orders, stream, api };
}
