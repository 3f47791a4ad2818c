import { BetfairConfigurationError } from '../errors/index.js';
import { isRecord } from '../common/is-record.js';

/** Which markets to follow, as Betfair's Stream API takes it. */
export interface MarketSubscription {
  /** Kind of the subscription. */
  readonly op: 'marketSubscription';
  /** Such as `{ marketIds: ['1.234567890'] }`. @default all markets, which are more than Betfair allows */
  readonly marketFilter?: object;
  /** Such as `{ fields: ['EX_BEST_OFFERS'], ladderLevels: 3 }`. @default all fields */
  readonly marketDataFilter?: object;
  /** Lets Betfair send large changes in parts, which are joined again. @default true */
  readonly segmentationEnabled?: boolean;
}

/** Which orders to follow, as Betfair's Stream API takes it. */
export interface OrderSubscription {
  /** Kind of the subscription. */
  readonly op: 'orderSubscription';
  /** Such as `{ customerStrategyRefs: ['mine'] }`. @default all orders of the account */
  readonly orderFilter?: object;
  /** Lets Betfair send large changes in parts, which are joined again. @default true */
  readonly segmentationEnabled?: boolean;
}

/** What `BetfairStream.messages()` subscribes to. */
export interface StreamOptions<
  S extends MarketSubscription | OrderSubscription = MarketSubscription | OrderSubscription,
> {
  /** Copied at once. */
  readonly subscription: S;
  /**
   * Milliseconds, 500 to 5,000, within which Betfair sends something. Twice as long and 2 s more without anything, and the
   * connection is taken for dead.
   *
   * @default 5_000
   */
  readonly heartbeatMs?: number | undefined;
  /** Milliseconds for which Betfair collects changes before it sends them; at least 0. @default 0 */
  readonly conflateMs?: number | undefined;
}

/** A subscription that was checked and copied. */
export interface CheckedSubscription {
  readonly op: 'marketSubscription' | 'orderSubscription';
  /** The message, without what each connection adds to it. */
  readonly message: Readonly<Record<string, unknown>>;
  readonly heartbeatMs: number;
}

const MEMBERS = {
  marketSubscription: ['op', 'marketFilter', 'marketDataFilter', 'segmentationEnabled'],
  orderSubscription: ['op', 'orderFilter', 'segmentationEnabled'],
} as const;
const SHORTEST_HEARTBEAT_MS = 500;
/** Milliseconds between two heartbeats at most. */
export const LONGEST_HEARTBEAT_MS = 5_000;

/**
 * Checks and copies what is subscribed to.
 *
 * @throws BetfairConfigurationError with every fault named at once
 */
export function checkSubscription(options: StreamOptions): CheckedSubscription {
  const given: { readonly [Name in keyof StreamOptions]?: unknown } = Object(options);
  const { subscription, heartbeatMs = LONGEST_HEARTBEAT_MS, conflateMs = 0 } = given;
  const copied = copyOf(subscription);
  const op = copied?.['op'];
  if (copied === undefined || (op !== 'marketSubscription' && op !== 'orderSubscription')) {
    throw new BetfairConfigurationError(
      "subscription: must be an object of plain data with op: 'marketSubscription' or 'orderSubscription'.",
    );
  }
  const strangers = Object.keys(copied).filter((name) => !MEMBERS[op].some((own) => own === name));
  const faults = strangers.map((name) => strangerFault(name, op));
  if (!isWithin(heartbeatMs, SHORTEST_HEARTBEAT_MS, LONGEST_HEARTBEAT_MS)) {
    faults.push('heartbeatMs: must be a whole number of milliseconds from 500 to 5000.');
  }
  if (!isWithin(conflateMs, 0, Infinity)) {
    faults.push('conflateMs: must be a whole number of milliseconds, 0 or more.');
  }
  if (faults.length > 0) throw new BetfairConfigurationError(faults);
  return {
    op,
    message: { segmentationEnabled: true, ...copied, heartbeatMs, conflateMs },
    heartbeatMs: Number(heartbeatMs),
  };
}

function strangerFault(name: string, op: CheckedSubscription['op']): string {
  const place = `subscription.${name}:`;
  if (name === 'heartbeatMs' || name === 'conflateMs') {
    return `${place} move it out of the subscription, to the options of messages().`;
  }
  if (name === 'id' || name === 'clk' || name === 'initialClk') {
    return `${place} leave it out. Ids and clocks are managed for you.`;
  }
  return `${place} ${op} has no such member. The members are: ${MEMBERS[op].join(', ')}.`;
}

/** Copies plain data, as it will be sent. */
function copyOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  try {
    const copied: unknown = JSON.parse(JSON.stringify(value));
    return isRecord(copied) ? copied : undefined;
  } catch {
    // A cycle, a bigint, or nothing at all.
    return undefined;
  }
}

function isWithin(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
}
