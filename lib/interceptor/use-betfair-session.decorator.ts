import { applyDecorators, UseInterceptors } from '@nestjs/common';
import { BetfairSessionInterceptor } from './betfair-session.interceptor.js';
import {
  UseBetfairSessionMetadata,
  type UseBetfairSessionOptions,
} from './use-betfair-session.metadata.js';

/**
 * For a controller, or one of its handlers, that calls Betfair: a valid session is ready before the handler runs, and
 * one that Betfair refuses is replaced. A handler that may change something is not run again unless you say
 * `retry: 'once'`, because an earlier call in it may have placed an order; a single refused call is repeated safely by
 * `SessionService.fetch` and `run`.
 */
export function UseBetfairSession(
  options: UseBetfairSessionOptions = {},
): ClassDecorator & MethodDecorator {
  return applyDecorators(
    UseBetfairSessionMetadata(options),
    UseInterceptors(BetfairSessionInterceptor),
  );
}
