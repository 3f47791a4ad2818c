import { isRecord } from '../http/reply.js';
import { SimulatedApiError } from './simulated-api.error.js';

/** Who calls, as an answer's handler sees it. */
export interface AnswerContext {
  /** The account whose session the call carries. */
  readonly username: string;
}

/** Makes the result of an API operation. Throw a {@link SimulatedApiError} to refuse the call. */
export type AnswerHandler = (
  params: Readonly<Record<string, unknown>>,
  context: AnswerContext,
) => unknown;

const MARKET = '1.234567890';
const RUNNERS = [47_972, 58_805, 61_660];

/** Answers of the read-only operations that work out of the box. */
export const CANNED_ANSWERS: Readonly<Record<string, AnswerHandler>> = {
  listEventTypes: () => [
    { eventType: { id: '1', name: 'Soccer' }, marketCount: 25_614 },
    { eventType: { id: '7', name: 'Horse Racing' }, marketCount: 398 },
  ],
  listMarketCatalogue: () => [
    {
      marketId: MARKET,
      marketName: '2m Hcap Hrd',
      totalMatched: 12_345.67,
      event: {
        id: '33445566',
        name: 'Ascot 14th Nov',
        countryCode: 'GB',
        timezone: 'Europe/London',
      },
      runners: RUNNERS.map((selectionId, index) => ({
        selectionId,
        runnerName: `Runner ${index + 1}`,
        handicap: 0,
        sortPriority: index + 1,
      })),
    },
  ],
  listMarketBook: ({ marketIds }) =>
    (Array.isArray(marketIds) ? marketIds : [MARKET]).map((marketId: unknown) => ({
      marketId,
      isMarketDataDelayed: false,
      status: 'OPEN',
      betDelay: 0,
      bspReconciled: false,
      complete: true,
      inplay: false,
      numberOfWinners: 1,
      numberOfRunners: RUNNERS.length,
      numberOfActiveRunners: RUNNERS.length,
      totalMatched: 12_345.67,
      totalAvailable: 9_876.54,
      crossMatching: true,
      runnersVoidable: false,
      version: 5_678_901_234,
      runners: RUNNERS.map((selectionId) => ({ selectionId, handicap: 0, status: 'ACTIVE' })),
    })),
  cancelOrders: ({ marketId, customerRef, instructions }) => ({
    status: 'SUCCESS',
    ...(typeof customerRef === 'string' && { customerRef }),
    ...(typeof marketId === 'string' && { marketId }),
    instructionReports: listOfRecords(instructions).map((instruction) => ({
      status: 'SUCCESS',
      instruction,
      sizeCancelled: instruction['sizeReduction'] ?? 2,
      cancelledDate: new Date().toISOString(),
    })),
  }),
  getAccountFunds: () => ({
    availableToBetBalance: 1_000,
    exposure: 0,
    retainedCommission: 0,
    exposureLimit: -5_000,
    discountRate: 0,
    pointsBalance: 0,
    wallet: 'UK',
  }),
  heartbeat: ({ preferredTimeoutSeconds }) => {
    if (typeof preferredTimeoutSeconds !== 'number') {
      throw new SimulatedApiError('INVALID_INPUT_DATA', 'preferredTimeoutSeconds');
    }
    return { actionPerformed: 'NONE', actualTimeoutSeconds: preferredTimeoutSeconds };
  },
};

/** The objects in a JSON array. */
export function listOfRecords(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
