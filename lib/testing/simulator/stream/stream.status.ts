import type { StreamErrorCode } from '../../../stream/stream.refusals.js';

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
  /** How many more connections the account may open. */
  readonly connectionsAvailable?: number;
}

/** Why a message is refused; the text is for people. */
export interface StreamRefusal {
  readonly errorCode: StreamErrorCode;
  readonly errorMessage: string;
}

/** The `id` of a message as a member of its answer. */
export function idOf({ id }: Readonly<Record<string, unknown>>): { readonly id?: number } {
  return typeof id === 'number' ? { id } : {};
}
