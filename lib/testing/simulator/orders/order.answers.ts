import type { AnswerHandler } from '../api/answer.table.js';
import { badInput, oneOf, recordsOf, textOf, textsOf } from '../api/params.js';
import type { Bet } from './bet.js';
import { readCancellation, type Cancellation } from './cancel.instruction.js';
import { isoDate } from '../market/market.catalogue.js';
import type { OrderBook } from './order-book.js';
import { betOf, isSize } from './order.checks.js';
import { betReport, currentOrder } from './order.reports.js';
import { MAX_REFERENCE_LENGTH, readInstruction } from './place.instruction.js';
import type { SimulatedMarkets } from '../market/simulated-markets.js';

const MAX_STRATEGY_REFERENCE_LENGTH = 15;
/** Limits of Betfair for one request. */
const MAX_PLACED = 200;
const MAX_CANCELLED = 60;
const ORDER_PROJECTIONS = ['ALL', 'EXECUTABLE', 'EXECUTION_COMPLETE'] as const;

export function orderAnswers(
  markets: SimulatedMarkets,
  book: OrderBook,
): Readonly<Record<string, AnswerHandler>> {
  /** Carries out one instruction. */
  function cancel(bets: readonly Bet[], { betId, sizeReduction }: Cancellation) {
    const instruction = { betId, sizeReduction };
    const bet = bets.find(({ id, status }) => id === betId && status === 'EXECUTABLE');
    if (bet && (sizeReduction === undefined || isSize(sizeReduction))) {
      const sizeCancelled = book.cancel(bet, sizeReduction);
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
      if (typeof marketId !== 'string') throw badInput('marketId');
      const instructions = recordsOf(params, 'instructions', MAX_PLACED);
      if (instructions.length === 0) throw badInput('instructions');
      const customerRef = textOf(params, 'customerRef', MAX_REFERENCE_LENGTH);
      const strategyRef = textOf(params, 'customerStrategyRef', MAX_STRATEGY_REFERENCE_LENGTH);
      const read = instructions.map(readInstruction);
      const report = { marketId, ...(customerRef !== undefined && { customerRef }) };
      const order = { username, instructions, ...report };
      // An order is placed as a whole or not at all.
      const failure = (errorCode: string, causes: readonly unknown[] = []) => ({
        ...report,
        status: 'FAILURE',
        errorCode,
        instructionReports: read.map(({ instruction }, index) => {
          const cause = causes[index];
          const code = typeof cause === 'string' ? cause : 'ERROR_IN_ORDER';
          return { status: 'FAILURE', errorCode: code, instruction };
        }),
      });

      const market = markets.find(marketId);
      if (!market) return failure('INVALID_MARKET_ID');
      if (book.isDuplicate(order)) return failure('DUPLICATE_TRANSACTION');
      const asked = read.map((instruction) => betOf(instruction, market, strategyRef));
      const requests = asked.filter((request) => typeof request !== 'string');
      if (requests.length < asked.length) return failure('BET_ACTION_ERROR', asked);
      const bets = book.place(order, requests);
      if (!bets) return failure('INSUFFICIENT_FUNDS');
      return { ...report, status: 'SUCCESS', instructionReports: bets.map(betReport) };
    },

    cancelOrders(params, { username }) {
      const marketId = textOf(params, 'marketId');
      const asked = recordsOf(params, 'instructions', MAX_CANCELLED).map(readCancellation);
      const customerRef = textOf(params, 'customerRef', MAX_REFERENCE_LENGTH);
      // Only a request without both cancels everything.
      const isEverything = params['marketId'] === undefined && params['instructions'] === undefined;
      if (marketId === undefined && !isEverything) throw badInput('marketId');
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
      const betIds = textsOf(params, 'betIds');
      const marketIds = textsOf(params, 'marketIds');
      const orderRefs = textsOf(params, 'customerOrderRefs');
      const strategyRefs = textsOf(params, 'customerStrategyRefs');
      const projection = oneOf(params, 'orderProjection', ORDER_PROJECTIONS) ?? 'ALL';
      const bets = book
        .betsOf(username)
        .filter(
          ({ id, status, request: { market, customerOrderRef, customerStrategyRef } }) =>
            isAmong(betIds, id) &&
            isAmong(marketIds, market.id) &&
            isAmong(orderRefs, customerOrderRef) &&
            isAmong(strategyRefs, customerStrategyRef) &&
            (projection === 'ALL' || projection === status),
        );
      return { currentOrders: bets.map(currentOrder), moreAvailable: false };
    },
  };
}

/** Tells if a filter selects the value. An empty filter selects all values. */
function isAmong(wanted: ReadonlySet<string>, value: string | undefined): boolean {
  return wanted.size === 0 || wanted.has(value ?? '');
}
