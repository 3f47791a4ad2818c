import type { CallHandler, ExecutionContext } from '@nestjs/common';
import { type Observable, throwError } from 'rxjs';
import type { CallScope } from '../calls/call-scope.js';
import type { SessionSource } from '../calls/session-source.js';
import type { HandlerTraits } from './handler-traits.js';

/** One execution of a handler. */
export interface HandlerCall {
  /** Scope of the handler or call around it. */
  readonly outer: CallScope | undefined;
  readonly account: string;
  readonly source: SessionSource | undefined;
  readonly next: CallHandler;
  readonly context: ExecutionContext;
  readonly traits: HandlerTraits;
}

/** Starts a handler; an error that it throws becomes its outcome. */
export function handle(next: CallHandler): Observable<unknown> {
  try {
    return next.handle();
  } catch (error) {
    return throwError(() => error);
  }
}
