import type { Clock } from '../../../common/clock.js';
import type { AnswerContext } from './api.answers.js';
import { listOfRecords } from './api.answers.js';
import { SimulatedApiError } from './simulated-api.error.js';

/** Instructions that `placeOrders` accepted. */
export interface SimulatedOrder {
  /** The account that placed them. */
  readonly username: string;
  /** The market they are for. */
  readonly marketId: string;
  /** What a second placing of the same orders is recognised by, for 60 seconds. */
  readonly customerRef?: string | undefined;
  /** As they were sent. */
  readonly instructions: readonly Readonly<Record<string, unknown>>[];
}

/** How long a `customerRef` protects from placing the same orders again, in milliseconds. */
const DUPLICATE_WINDOW = 60_000;
const LONGEST_CUSTOMER_REF = 32;

/** Accepts orders, and refuses those it was sent before. */
export class OrderBook {
  readonly orders: SimulatedOrder[] = [];
  readonly #placedAt = new Map<string, number>();
  #bets = 300_000_000_000;

  constructor(private readonly clock: Pick<Clock, 'wall'>) {}

  /** `placeOrders`, answered with a `PlaceExecutionReport`. */
  place(params: Readonly<Record<string, unknown>>, { username }: AnswerContext): object {
    const { marketId } = params;
    const instructions = listOfRecords(params['instructions']);
    if (typeof marketId !== 'string') throw new SimulatedApiError('INVALID_INPUT_DATA', 'marketId');
    if (instructions.length === 0) {
      throw new SimulatedApiError('INVALID_INPUT_DATA', 'instructions');
    }
    const customerRef = this.#customerRef(params['customerRef']);
    const report = { marketId, ...(customerRef !== undefined && { customerRef }) };
    if (customerRef !== undefined && this.#isDuplicate(username, customerRef)) {
      return {
        ...report,
        status: 'FAILURE',
        errorCode: 'DUPLICATE_TRANSACTION',
        instructionReports: instructions.map((instruction) => ({
          status: 'FAILURE',
          errorCode: 'ERROR_IN_ORDER',
          instruction,
        })),
      };
    }
    this.orders.push({ username, instructions, ...report });
    return {
      ...report,
      status: 'SUCCESS',
      instructionReports: instructions.map((instruction) => ({
        status: 'SUCCESS',
        instruction,
        betId: String((this.#bets += 1)),
        placedDate: new Date(this.clock.wall()).toISOString(),
        averagePriceMatched: 0,
        sizeMatched: 0,
        orderStatus: 'EXECUTABLE',
      })),
    };
  }

  #customerRef(value: unknown): string | undefined {
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'string' && value.length <= LONGEST_CUSTOMER_REF) return value;
    throw new SimulatedApiError('INVALID_INPUT_DATA', 'customerRef');
  }

  #isDuplicate(username: string, customerRef: string): boolean {
    const key = JSON.stringify([username, customerRef]);
    const now = this.clock.wall();
    const before = this.#placedAt.get(key);
    if (before !== undefined && now - before < DUPLICATE_WINDOW) return true;
    this.#placedAt.set(key, now);
    return false;
  }
}
