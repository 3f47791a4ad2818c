import { type CallHandler, type NestInterceptor, UseInterceptors } from '@nestjs/common';
import { UseBetfairSession } from 'nestjs-betfair-session';
import type { Observable } from 'rxjs';

/** An interceptor of the application. */
export function interceptor(around: (next: CallHandler) => Observable<unknown>) {
  class OfTheApplication implements NestInterceptor {
    intercept(_context: unknown, next: CallHandler) {
      return around(next);
    }
  }
  return UseInterceptors(OfTheApplication);
}

/** Two layers around a handler, and between them what the application does with the inner one. */
export function between(around: (next: CallHandler) => Observable<unknown>) {
  return { onClass: [UseBetfairSession(), interceptor(around), UseBetfairSession()] };
}
