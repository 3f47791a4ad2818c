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
 * Gets a valid session ready before the handlers of a controller, or one handler, and replaces it if Betfair refuses
 * it. A handler that may change something is not run again unless you set `retry: 'once'`, because an earlier call in
 * it may have placed an order. `SessionService.call`, `fetch` and `run` safely repeat a single refused call.
 *
 * The options of several decorators, also those of a parent class, are merged: those of a method win over those of its
 * class.
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
