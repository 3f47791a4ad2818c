import type { ExecutionContext } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import {
  mergeOptions,
  type UseBetfairSessionOptions,
  UseBetfairSessionMetadata,
} from './use-betfair-session.metadata.js';

/** Metadata key by which Nest marks a handler of server-sent events. */
const SERVER_SENT_EVENTS = '__sse__';

/** Traits of a handler, from its decorators and those of its class. */
export interface HandlerTraits extends UseBetfairSessionOptions {
  readonly sendsEvents: boolean;
}

/** Reads the traits of each handler once, because decorators do not change at run time. */
export class HandlerTraitsReader {
  readonly #known = new WeakMap<
    Function,
    { readonly type: Function; readonly traits: HandlerTraits }
  >();

  constructor(private readonly reflector: Reflector) {}

  read(context: ExecutionContext): HandlerTraits {
    const type = context.getClass();
    const handler = context.getHandler();
    // An inherited handler has other options in each class that inherits it.
    const known = this.#known.get(handler);
    if (known?.type === type) return known.traits;
    const ofMethod = this.reflector.get(UseBetfairSessionMetadata, handler);
    const ofClass = this.reflector.get(UseBetfairSessionMetadata, type);
    const traits = {
      ...mergeOptions(ofMethod, ofClass),
      sendsEvents: Reflect.hasMetadata(SERVER_SENT_EVENTS, handler),
    };
    this.#known.set(handler, { type, traits });
    return traits;
  }
}
