import type { ExecutionContext } from '@nestjs/common';
import { read } from '../common/unknown-values.js';

/** Unwraps a handler's answer from a `MessageEvent` or a `WsResponse`. */
export function answerOf(context: ExecutionContext, sendsEvents: boolean, value: unknown): unknown {
  const data = read(value, 'data');
  if (data === undefined) return value;
  const isWrapped =
    sendsEvents || (context.getType() === 'ws' && typeof read(value, 'event') === 'string');
  return isWrapped ? data : value;
}

/** Names a handler in a message. */
export function handlerOf(context: ExecutionContext): string {
  return `${context.getClass().name}.${context.getHandler().name}`;
}
