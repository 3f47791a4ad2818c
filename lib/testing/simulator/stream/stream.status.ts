import type { StreamErrorCode } from '../../../stream/protocol/stream.refusals.js';
import { numberIn, type Params } from '../api/params.js';

/** Answer of the Stream API to one message. */
export interface StreamStatus {
  readonly op: 'status';
  /** Id of the message, if it had one. */
  readonly id?: number;
  readonly statusCode: 'SUCCESS' | 'FAILURE';
  readonly errorCode?: StreamErrorCode;
  readonly errorMessage?: string;
  readonly connectionClosed: boolean;
  readonly connectionId?: string;
  /** Number of connections that the account may still open. */
  readonly connectionsAvailable?: number;
}

/** Refusal of a message: its code, and a text for people. */
export interface StreamRefusal {
  readonly errorCode: StreamErrorCode;
  readonly errorMessage: string;
}

/** Id of a message for its answer; left out unless it is a whole number of 32 bits. */
export function idOf({ id }: Params): { readonly id?: number } | undefined {
  if (id === undefined || id === null) return {};
  const number = numberIn(id);
  return number !== undefined && number === (number | 0) ? { id: number } : undefined;
}
