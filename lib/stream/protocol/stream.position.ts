import { isRecord } from '../../common/unknown-values.js';
import type { CheckedSubscription } from './stream.subscription.js';
import type { MarketChangeMessage, OrderChangeMessage } from './stream.messages.js';

/** Number of the only subscription of a connection. */
export const SUBSCRIPTION_ID = 2;

export type ChangeMessage = MarketChangeMessage | OrderChangeMessage;

/** First segment of a message, and the changes of all its segments so far. */
interface Segments {
  readonly first: Readonly<Record<string, unknown>>;
  readonly changes: unknown[];
}

/** Number of changes in all segments of a message: one for each market, and far more than there are markets. */
const MAX_CHANGES = 100_000;

/** Kinds of change messages, and the members that hold the changes. */
const CHANGES = {
  marketSubscription: { op: 'mcm', list: 'mc' },
  orderSubscription: { op: 'ocm', list: 'oc' },
} as const;

/**
 * Position of a subscription in its stream: joins segments, and keeps the clocks from which the next connection
 * continues. The clocks of a message count only when all its segments have arrived, so that no change is lost.
 */
export class StreamPosition {
  #initialClk: string | undefined;
  #clk: string | undefined;
  #segments: Segments | undefined;
  /** True after the image, or the missed changes, of this connection. */
  #isOpened = false;

  constructor(private readonly subscription: CheckedSubscription) {}

  /** Tells if the next connection can continue from the end of this one. */
  get isKnown(): boolean {
    return this.#initialClk !== undefined && this.#clk !== undefined;
  }

  /** Tells if the image, or the missed changes, were passed on completely. */
  get isCurrent(): boolean {
    return this.#isOpened && this.#segments === undefined;
  }

  /** Returns the message that subscribes on a new connection. */
  subscribe(): Readonly<Record<string, unknown>> {
    this.#segments = undefined;
    this.#isOpened = false;
    const clocks = this.isKnown ? { initialClk: this.#initialClk, clk: this.#clk } : {};
    return { ...this.subscription.message, id: SUBSCRIPTION_ID, ...clocks };
  }

  /** Forgets the clocks, so that the next connection begins with an image. */
  reset(): void {
    this.#initialClk = undefined;
    this.#clk = undefined;
  }

  /**
   * Takes a message if it has changes of this subscription.
   *
   * @returns the message, or all segments as one; `undefined` while segments are missing, and for other messages
   * @throws TypeError the message has an unknown form, so that changes would be lost
   */
  take(message: Readonly<Record<string, unknown>>): ChangeMessage | undefined {
    const { op, list } = CHANGES[this.subscription.op];
    if (message['op'] !== op || message['id'] !== SUBSCRIPTION_ID) return undefined;
    const isHeartbeat = message['ct'] === 'HEARTBEAT';
    const isWhole = message['segmentType'] === undefined;
    if (isWhole && this.#segments && !isHeartbeat) throw new TypeError('Segments are missing.');
    const whole = isWhole ? message : this.#join(message, list);
    if (whole === undefined) return undefined;
    if (!isChange(whole, list)) throw new TypeError('A change message has an unknown form.');
    if (!isHeartbeat) this.#isOpened = true;
    // The clock of a heartbeat before the image, or between two segments, is ahead of what was passed on.
    if (this.isCurrent) this.#note(whole);
    return whole;
  }

  #join(
    { segmentType, ...segment }: Readonly<Record<string, unknown>>,
    list: 'mc' | 'oc',
  ): Readonly<Record<string, unknown>> | undefined {
    const isStart = segmentType === 'SEG_START';
    if (isStart === (this.#segments !== undefined)) throw new TypeError('Segments are missing.');
    this.#segments ??= { first: segment, changes: [] };
    const { first, changes } = this.#segments;
    const added = segment[list];
    if (Array.isArray(added)) for (const change of added) changes.push(change);
    if (changes.length > MAX_CHANGES) throw new RangeError('Segments do not end.');
    if (segmentType !== 'SEG_END') return undefined;
    this.#segments = undefined;
    return { ...first, ...segment, [list]: changes };
  }

  #note({ initialClk, clk }: ChangeMessage): void {
    if (initialClk !== undefined) this.#initialClk = initialClk;
    if (clk !== undefined) this.#clk = clk;
  }
}

/** Checks the members that are used here. The content of the changes is not checked. */
function isChange(
  message: Readonly<Record<string, unknown>>,
  list: 'mc' | 'oc',
): message is ChangeMessage & Readonly<Record<string, unknown>> {
  const { initialClk, clk, [list]: changes = [] } = message;
  const isList = Array.isArray(changes) && changes.every(isRecord);
  return isList && isOptionalText(initialClk) && isOptionalText(clk);
}

function isOptionalText(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string';
}
