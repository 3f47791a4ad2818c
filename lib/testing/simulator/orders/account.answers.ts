import type { AnswerHandler } from '../api/answer.table.js';
import { fundsWith } from './account.funds.js';
import type { OrderBook } from './order-book.js';

export function accountAnswers(book: OrderBook): Readonly<Record<string, AnswerHandler>> {
  return {
    getAccountFunds(_params, { username }) {
      const { available, exposure } = fundsWith(book.betsOf(username));
      return {
        availableToBetBalance: available,
        exposure,
        retainedCommission: 0,
        exposureLimit: -5_000,
        discountRate: 0,
        pointsBalance: 0,
        wallet: 'UK',
      };
    },
  };
}
