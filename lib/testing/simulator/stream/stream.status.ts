import type { StreamErrorCode } from '../../../stream/protocol/stream.refusals.js';
import { numberIn, type Params } from '../api/params.js';

/** Answer of the Stream API to one message. */
export interface StreamStatus {
  readonly op: 'status';
  /** That of the message, where it had one. */
  readonly id?: number;
  readonly statusCode: 'SUCCESS' | 'FAILURE';
  readonly errorCode?: StreamErrorCode;
  readonly errorMessage?: string;
  readonly connectionClosed: boolean;
  readonly connectionId?: string;
  /** Number of connections that the account may still open. */
  readonly connectionsAvailable?: number;
}

/** Why a message is refused; the text is for people. */
export interface StreamRefusal {
  readonly errorCode: StreamErrorCode;
  readonly errorMessage: string;
}

/** The `id` of a message as a member of its answer; undefined if it is no whole number of 32 bits. */
export function idOf({ id }: Params): { readonly id?: number } | undefined {
  if (id === undefined || id === null) return {};
  const number = numberIn(id);
  return number !== undefined && number === (number | 0) ? { id: number } : undefined;
}
