import type { BetfairSessionError } from '../errors/index.js';
import type { MarketSubscription, OrderSubscription } from './protocol/stream.options.js';

/**
 * How a subscription is served.
 *
 * - `connecting`: waits for a session, a connection, or the first message
 * - `subscribed`: the image, or what was missed, was handed on, and changes follow
 * - `waiting`: the connection ended, or the last attempt failed; the next one follows
 */
export type StreamState = 'connecting' | 'subscribed' | 'waiting';

/** State of one subscription of a `BetfairStream`. Contains no secret. */
export interface StreamStatus {
  /** The subscription that `messages()` was given: the same object, by which it is told from others. */
  readonly subscription: MarketSubscription | OrderSubscription;
  /** State of its connection. */
  readonly state: StreamState;
  /** Time at which this state began. */
  readonly since: Date;
  /** Betfair's name for the connection, which its support asks for; only while subscribed. */
  readonly connectionId?: string | undefined;
  /** Attempts that failed in a row. */
  readonly failures: number;
  /** Reason of the last failure, until messages arrive again. */
  readonly error?: BetfairSessionError | undefined;
}
