import {
  type CallHandler,
  Injectable,
  type NestInterceptor,
  UseInterceptors,
} from '@nestjs/common';
import { SessionService, UseBetfairSession } from 'nestjs-betfair-session';
import type { Observable } from 'rxjs';

/** Work of an interceptor; a session that it takes counts as one of the handler. */
export type Around = (next: CallHandler, sessions: SessionService) => Observable<unknown>;

/** An interceptor of the application. */
export function interceptor(around: Around) {
  @Injectable()
  class OfTheApplication implements NestInterceptor {
    constructor(private readonly sessions: SessionService) {}

    intercept(_context: unknown, next: CallHandler) {
      return around(next, this.sessions);
    }
  }
  return UseInterceptors(OfTheApplication);
}

/** The decorator twice around a handler, and between them what the application does with the inner one. */
export function between(around: Around) {
  return { onClass: [UseBetfairSession(), interceptor(around), UseBetfairSession()] };
}
