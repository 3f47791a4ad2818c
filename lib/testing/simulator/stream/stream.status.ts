/**
 * Codes with which the Stream API refuses a message. All of them end the connection, except
 * `SUBSCRIPTION_LIMIT_EXCEEDED`.
 */
export type StreamErrorCode =
  | 'NO_APP_KEY'
  | 'INVALID_APP_KEY'
  | 'NO_SESSION'
  | 'INVALID_SESSION_INFORMATION'
  | 'NOT_AUTHORIZED'
  | 'MAX_CONNECTION_LIMIT_EXCEEDED'
  | 'TOO_MANY_REQUESTS'
  | 'SUBSCRIPTION_LIMIT_EXCEEDED'
  | 'INVALID_INPUT'
  | 'INVALID_CLOCK'
  | 'INVALID_REQUEST'
  | 'TIMEOUT'
  | 'UNEXPECTED_ERROR'
  | 'CONNECTION_FAILED';

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
