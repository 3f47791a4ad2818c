import type { ExecutionContext } from '@nestjs/common';
import { sendsEvents } from './handler-answer.js';
import type { UseBetfairSessionOptions } from './use-betfair-session.metadata.js';

/**
 * Whether a handler may run a second time. By default only where HTTP itself promises that nothing is changed: any
 * other handler may have placed an order before the call that was refused.
 */
export function mayRunAgain(
  context: ExecutionContext,
  retry: UseBetfairSessionOptions['retry'],
): boolean {
  if (retry !== undefined) return retry === 'once';
  if (context.getType() !== 'http') return false;
  const { method } = context.switchToHttp().getRequest<{ method?: unknown }>();
  return method === 'GET' || method === 'HEAD';
}

/** Whether the client has seen a part of the handler's answer, so that a second one cannot be sent. */
export function responseStarted(context: ExecutionContext): boolean {
  if (context.getType() !== 'http') return false;
  // Nest sends their headers by itself, before there is an event.
  if (sendsEvents(context)) return false;
  const response = context
    .switchToHttp()
    .getResponse<{ headersSent?: boolean; raw?: { headersSent?: boolean } }>();
  return response.headersSent ?? response.raw?.headersSent ?? false;
}
