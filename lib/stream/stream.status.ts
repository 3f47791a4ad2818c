import type { BetfairSessionError } from '../errors/index.js';
import type { MarketSubscription, OrderSubscription } from './protocol/stream.options.js';

/**
 * State of a subscription.
 *
 * - `connecting`: waits for a session, a connection or the first message
 * - `subscribed`: the image, or the missed changes, were passed on, and changes follow
 * - `waiting`: the connection ended, or the last attempt failed; the next one follows
 */
export type StreamState = 'connecting' | 'subscribed' | 'waiting';

/** State of one subscription of a `BetfairStream`. Contains no secret. */
export interface StreamStatus {
  /** Subscription that was passed to `messages()`: the same object, so that you can recognise it. */
  readonly subscription: MarketSubscription | OrderSubscription;
  /** State of its connection. */
  readonly state: StreamState;
  /** Time at which this state began. */
  readonly since: Date;
  /** Betfair's id of the connection, which its support asks for. Only while subscribed. */
  readonly connectionId?: string | undefined;
  /** Attempts that failed in a row. */
  readonly failures: number;
  /** Error of the last failure, until messages arrive again. */
  readonly error?: BetfairSessionError | undefined;
}
