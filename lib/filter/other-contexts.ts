import type { ArgumentsHost } from '@nestjs/common';
import { throwError } from 'rxjs';

/** Message that Nest sends to a client in place of an internal error. */
export const UNKNOWN_ERROR = 'Internal server error';

/** Client of a gateway: a WebSocket, or a socket of Socket.IO. */
interface SocketClient {
  readonly readyState?: unknown;
  send?(message: string): unknown;
  emit?(event: string, payload: object): unknown;
}

/**
 * Makes a message handler, a WebSocket handler or another kind fail as with Nest's own filters. Those are in optional
 * packages, and an error that a filter throws there can end the process.
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
  // The emit() of a WebSocket only reaches its own listeners.
  if (typeof client.readyState === 'number') {
    return client.send?.(JSON.stringify({ event: 'exception', data: payload }));
  }
  return client.emit?.('exception', payload);
}
