import { applyDecorators, UseInterceptors } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { BetfairSessionInterceptor } from './betfair-session.interceptor.js';
import {
  mergeOptions,
  UseBetfairSessionMetadata,
  type UseBetfairSessionOptions,
} from './use-betfair-session.metadata.js';

const reflector = new Reflector();

/**
 * For a controller, or one of its handlers, that calls Betfair: a valid session is ready before the handler runs, and
 * one that Betfair refuses is replaced. A handler that may change something is not run again unless you say
 * `retry: 'once'`, because an earlier call in it may have placed an order; a single refused call is repeated safely by
 * `SessionService.call`, `fetch` and `run`.
 *
 * Options of several on one class, method or parent class are merged, and those of a method win over its class.
 */
export function UseBetfairSession(
  options: UseBetfairSessionOptions = {},
): ClassDecorator & MethodDecorator {
  return <T>(target: object, key?: string | symbol, descriptor?: TypedPropertyDescriptor<T>) => {
    const decorated = descriptor?.value ?? target;
    const before =
      typeof decorated === 'function'
        ? reflector.get(UseBetfairSessionMetadata, decorated)
        : undefined;
    const decorate = applyDecorators(
      UseBetfairSessionMetadata(mergeOptions(options, before)),
      UseInterceptors(BetfairSessionInterceptor),
    );
    decorate(target, key, descriptor);
  };
}
