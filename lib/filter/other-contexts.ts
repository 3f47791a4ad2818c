import type { ArgumentsHost } from '@nestjs/common';
import { throwError } from 'rxjs';

/** What Nest tells a client of an error that is not meant for it. */
export const UNKNOWN_ERROR = 'Internal server error';

/** The client of a gateway: a WebSocket, or a socket of Socket.IO. */
interface SocketClient {
  readonly readyState?: unknown;
  send?(message: string): unknown;
  emit?(event: string, payload: object): unknown;
}

/**
 * Lets a message or WebSocket handler, or one of another kind, fail as Nest's own filters do. Those come with packages
 * that need not be installed, and an error that a filter throws there can end the process.
 */
export function failElsewhere(error: Error, host: ArgumentsHost): unknown {
  const failure = { status: 'error', message: UNKNOWN_ERROR };
  const type: string = host.getType();
  if (type === 'rpc') return throwError(() => failure);
  if (type !== 'ws') throw error;
  const context = host.switchToWs();
  const client = context.getClient<SocketClient>();
  const cause = { pattern: context.getPattern(), data: context.getData<unknown>() };
  const payload = { ...failure, cause };
  // A WebSocket emits to its own listeners only.
  if (typeof client.readyState === 'number') {
    return client.send?.(JSON.stringify({ event: 'exception', data: payload }));
  }
  return client.emit?.('exception', payload);
}
