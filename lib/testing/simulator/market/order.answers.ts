import { listOfRecords, type AnswerHandler } from '../api/api.answers.js';
import { SimulatedApiError } from '../api/simulated-api.error.js';
import { fundsWith } from './account.funds.js';
import type { Bet } from './bet.js';
import { isoDate } from './market.catalogue.js';
import { texts } from './market.filter.js';
import type { OrderBook } from './order-book.js';
import { betOf, customerRefOf, isSize } from './order.checks.js';
import { betReport, currentOrder } from './order.reports.js';
import type { SimulatedMarkets } from './simulated-markets.js';

/** The operations on bets and money. */
export function orderAnswers(
  markets: SimulatedMarkets,
  book: OrderBook,
): Readonly<Record<string, AnswerHandler>> {
  /** Cancels what one instruction asks for. */
  function cancel(bets: readonly Bet[], instruction: Readonly<Record<string, unknown>>) {
    const { betId, sizeReduction } = instruction;
    const bet = bets.find(({ id, status }) => id === betId && status === 'EXECUTABLE');
    const isWhole = sizeReduction === undefined || sizeReduction === null;
    if (bet && (isWhole || isSize(sizeReduction))) {
      const sizeCancelled = book.cancel(bet, isWhole ? undefined : sizeReduction);
      return {
        status: 'SUCCESS',
        instruction,
        sizeCancelled,
        cancelledDate: isoDate(markets.now()),
      };
    }
    const errorCode = bet ? 'INVALID_BET_SIZE' : 'BET_TAKEN_OR_LAPSED';
    return { status: 'FAILURE', errorCode, instruction, sizeCancelled: 0 };
  }

  return {
    placeOrders(params, { username }) {
      const { marketId } = params;
      const instructions = listOfRecords(params['instructions']);
      if (typeof marketId !== 'string') throw badInput('marketId');
      if (instructions.length === 0) throw badInput('instructions');
      const customerRef = customerRefOf(params['customerRef']);
      const report = { marketId, ...(customerRef !== undefined && { customerRef }) };
      const order = { username, instructions, ...report };
      // An order is placed as a whole or not at all.
      const failure = (errorCode: string, causes: readonly unknown[] = []) => ({
        ...report,
        status: 'FAILURE',
        errorCode,
        instructionReports: instructions.map((instruction, index) => {
          const cause = causes[index];
          const code = typeof cause === 'string' ? cause : 'ERROR_IN_ORDER';
          return { status: 'FAILURE', errorCode: code, instruction };
        }),
      });

      const market = markets.find(marketId);
      if (!market) return failure('INVALID_MARKET_ID');
      if (book.isDuplicate(order)) return failure('DUPLICATE_TRANSACTION');
      const asked = instructions.map((instruction) => betOf(instruction, market));
      const requests = asked.filter((request) => typeof request !== 'string');
      if (requests.length < asked.length) return failure('BET_ACTION_ERROR', asked);
      const bets = book.place(order, requests);
      if (!bets) return failure('INSUFFICIENT_FUNDS');
      return { ...report, status: 'SUCCESS', instructionReports: bets.map(betReport) };
    },

    cancelOrders(params, { username }) {
      const { marketId, customerRef } = params;
      const asked = listOfRecords(params['instructions']);
      // Else everything would be cancelled.
      if (asked.length > 0 && typeof marketId !== 'string') throw badInput('marketId');
      const open = book.betsOf(username).filter(({ status, request: { market } }) => {
        return status === 'EXECUTABLE' && (marketId ?? market.id) === market.id;
      });
      const instructions = asked.length > 0 ? asked : open.map(({ id }) => ({ betId: id }));
      const instructionReports = instructions.map((instruction) => cancel(open, instruction));
      const failures = instructionReports.filter(({ status }) => status === 'FAILURE').length;
      const all = failures === instructions.length;
      return {
        status: failures === 0 ? 'SUCCESS' : all ? 'FAILURE' : 'PROCESSED_WITH_ERRORS',
        ...(failures > 0 && { errorCode: all ? 'BET_ACTION_ERROR' : 'PROCESSED_WITH_ERRORS' }),
        customerRef,
        marketId,
        instructionReports,
      };
    },

    listCurrentOrders(params, { username }) {
      const betIds = texts(params['betIds']);
      const marketIds = texts(params['marketIds']);
      const projection = params['orderProjection'] ?? 'ALL';
      const bets = book
        .betsOf(username)
        .filter(
          ({ id, status, request: { market } }) =>
            (betIds.size === 0 || betIds.has(id)) &&
            (marketIds.size === 0 || marketIds.has(market.id)) &&
            (projection === 'ALL' || projection === status),
        );
      return { currentOrders: bets.map(currentOrder), moreAvailable: false };
    },

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

function badInput(name: string): SimulatedApiError {
  return new SimulatedApiError('INVALID_INPUT_DATA', name);
}
