import type { AnswerHandler, ServiceAnswers } from './answer.table.js';
import { badInput, wholeNumberOf } from './params.js';

/** Answers of the operations that do not depend on markets and orders. */
export const CANNED_ANSWERS: ServiceAnswers = {
  betting: {
    ...emptyLists('listTimeRanges', 'listRunnerBook', 'listMarketProfitAndLoss'),
    listClearedOrders: () => ({ clearedOrders: [], moreAvailable: false }),
  },
  account: {
    ...emptyLists(
      'listCurrencyRates',
      'getDeveloperAppKeys',
      'getApplicationSubscriptionHistory',
      'listAccountSubscriptionTokens',
      'listApplicationSubscriptionTokens',
    ),
    getAccountStatement: () => ({ accountStatement: [], moreAvailable: false }),
    getAccountDetails: () => ({
      currencyCode: 'GBP',
      firstName: 'Simulated',
      lastName: 'Account',
      localeCode: 'en',
      region: 'GBR',
      timezone: 'Europe/London',
      discountRate: 0,
      pointsBalance: 0,
      countryCode: 'GB',
    }),
  },
  heartbeat: {
    heartbeat: (params) => {
      const actualTimeoutSeconds = wholeNumberOf(params, 'preferredTimeoutSeconds');
      if (actualTimeoutSeconds === undefined) throw badInput('preferredTimeoutSeconds');
      return { actionPerformed: 'NONE', actualTimeoutSeconds };
    },
  },
  scores: emptyLists('listRaceDetails'),
};

/** Answers operations that read data that the simulator does not have. */
function emptyLists(...operations: readonly string[]): Readonly<Record<string, AnswerHandler>> {
  return Object.fromEntries(operations.map((operation) => [operation, () => []]));
}
