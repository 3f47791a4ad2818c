import type { MarketSubscription, OrderSubscription, StreamOptions } from './stream.options.js';
import { BetfairConfigurationError } from '../../errors/index.js';
import { isRecord } from '../../common/unknown-values.js';

export interface CheckedSubscription {
  readonly op: 'marketSubscription' | 'orderSubscription';
  readonly given: MarketSubscription | OrderSubscription;
  /** Message to Betfair, without the members that each connection adds. */
  readonly message: Readonly<Record<string, unknown>>;
  readonly heartbeatMs: number;
}

const MEMBERS = {
  marketSubscription: ['op', 'marketFilter', 'marketDataFilter', 'segmentationEnabled'],
  orderSubscription: ['op', 'orderFilter', 'segmentationEnabled'],
} as const;
const SHORTEST_HEARTBEAT_MS = 500;
/** Longest time between two heartbeats, in milliseconds. */
export const LONGEST_HEARTBEAT_MS = 5_000;

/**
 * Checks and copies the options of a subscription.
 *
 * @throws BetfairConfigurationError with every fault named at once
 */
export function checkSubscription(options: StreamOptions): CheckedSubscription {
  const given: { readonly [Name in keyof StreamOptions]?: unknown } = Object(options);
  const { subscription, heartbeatMs = LONGEST_HEARTBEAT_MS, conflateMs = 0, ...others } = given;
  const copied = copyOf(subscription);
  const op = copied?.['op'];
  if (copied === undefined || (op !== 'marketSubscription' && op !== 'orderSubscription')) {
    throw new BetfairConfigurationError(
      "subscription: must be an object of plain data (no Set, no Map) with op: 'marketSubscription' or 'orderSubscription'.",
    );
  }
  const strangers = Object.keys(copied).filter((name) => !MEMBERS[op].some((own) => own === name));
  const faults = strangers.map((name) => strangerFault(name, op));
  for (const name of Object.keys(others)) {
    faults.push(
      `${name}: messages() has no such option. The options are: subscription, heartbeatMs, conflateMs.`,
    );
  }
  if (op === 'marketSubscription' && !isRecord(copied['marketFilter'])) {
    faults.push(
      "subscription.marketFilter: must be an object, such as { marketIds: ['1.234567890'] }. {} means all markets, which is more than Betfair allows.",
    );
  }
  if (!isWithin(heartbeatMs, SHORTEST_HEARTBEAT_MS, LONGEST_HEARTBEAT_MS)) {
    faults.push('heartbeatMs: must be a whole number of milliseconds from 500 to 5000.');
  }
  if (!isWithin(conflateMs, 0, Infinity)) {
    faults.push('conflateMs: must be a whole number of milliseconds, 0 or more.');
  }
  if (faults.length > 0) throw new BetfairConfigurationError(faults);
  return {
    op,
    given: options.subscription,
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
    return `${place} remove it. Ids and clocks are managed for you.`;
  }
  return `${place} ${op} has no such member. The members are: ${MEMBERS[op].join(', ')}.`;
}

/** Copies plain data in the form in which it is sent. */
function copyOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  try {
    const copied: unknown = JSON.parse(JSON.stringify(value, (_, part: unknown) => plain(part)));
    return isRecord(copied) ? copied : undefined;
  } catch {
    // A cycle, a bigint, a Set, or `undefined`.
    return undefined;
  }
}

/** Throws on values that JSON cannot hold. A Set would become `{}`, a filter for all markets. */
function plain(value: unknown): unknown {
  const isPlain = isRecord(value)
    ? isPlainObject(value)
    : typeof value !== 'function' && !Number.isNaN(value) && value !== Infinity;
  if (isPlain) return value;
  throw new TypeError('Not plain data.');
}

/** Recognises objects without a class, also those of another realm. */
function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function isWithin(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
}
