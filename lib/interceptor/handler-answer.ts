import type { ExecutionContext } from '@nestjs/common';
import { read } from '../calls/rejection/rejection-envelope.js';

/** How Nest marks a handler of server-sent events. */
const SERVER_SENT_EVENTS = '__sse__';

export function sendsEvents(context: ExecutionContext): boolean {
  return Reflect.hasMetadata(SERVER_SENT_EVENTS, context.getHandler());
}

/** Takes a handler's answer out of what Nest has it wrapped in: a `WsResponse` or a `MessageEvent`. */
export function answerOf(context: ExecutionContext, value: unknown): unknown {
  const data = read(value, 'data');
  // Before the metadata is looked at: few answers have one.
  if (data === undefined) return value;
  const wrapped =
    sendsEvents(context) ||
    (context.getType() === 'ws' && typeof read(value, 'event') === 'string');
  return wrapped ? data : value;
}

/** Names a handler in a message. */
export function handlerOf(context: ExecutionContext): string {
  return `${context.getClass().name}.${context.getHandler().name}`;
}
