import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  Optional,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import {
  catchError,
  concatMap,
  finalize,
  from,
  Observable,
  of,
  switchMap,
  tap,
  throwError,
} from 'rxjs';
import { AccountRegistry } from '../accounts/account.registry.js';
import { DEFAULT_ACCOUNT } from '../betfair-session.constants.js';
import { CallScope } from '../calls/call-scope.js';
import { inspectResult, inspectThrown, type Rejection } from '../calls/invalid-session.detector.js';
import { BetfairConfigurationError } from '../errors/index.js';
import { answerOf } from './handler-answer.js';
import { mayRunAgain, responseStarted } from './handler-retry.js';
import { refreshFailure } from './refresh-failure.js';
import { UseBetfairSessionMetadata } from './use-betfair-session.metadata.js';

/** A rejection that a handler returned instead of throwing it. */
class ReturnedRejection {
  constructor(
    readonly answer: unknown,
    readonly rejection: Rejection,
  ) {}
}

/**
 * Makes the session ready before a handler, and replaces it when the handler fails because Betfair refused it; see
 * `@UseBetfairSession()`, which applies it.
 */
@Injectable()
export class BetfairSessionInterceptor implements NestInterceptor {
  readonly #registry: AccountRegistry;

  /** @internal Made by Nest, also for `APP_INTERCEPTOR`. */
  constructor(
    private readonly reflector: Reflector,
    @Optional() registry?: AccountRegistry,
  ) {
    if (registry === undefined) {
      throw new BetfairConfigurationError(
        '@UseBetfairSession() is used, but BetfairSessionModule is not imported. Add BetfairSessionModule.forRootAsync({ … }) to the imports of the root module.',
      );
    }
    this.#registry = registry;
  }

  /** Called by Nest around the handler. */
  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const use =
      this.reflector.getAllAndOverride(UseBetfairSessionMetadata, [
        context.getHandler(),
        context.getClass(),
      ]) ?? {};
    const account =
      (typeof use.name === 'function' ? use.name(context) : use.name) ?? DEFAULT_ACCOUNT;
    const sessions = this.#registry.get(account);
    const session = await sessions.getSession();
    const scope = CallScope.open();
    scope.handedOut = { account, session };
    scope.last = { account, session, refresh: (rejected) => sessions.refresh(rejected) };
    const again = mayRunAgain(context, use.retry);
    return runHandler(scope, next, context, again);
  }
}

function runHandler(
  scope: CallScope,
  next: CallHandler,
  context: ExecutionContext,
  again: boolean,
): Observable<unknown> {
  let emitted = false;
  const decide = () => scope.decide();
  const handle = () =>
    new Observable<unknown>((subscriber) => scope.run(() => next.handle().subscribe(subscriber)));
  const recover = (failure: unknown): Observable<unknown> => {
    const rejection =
      failure instanceof ReturnedRejection ? failure.rejection : inspectThrown(failure);
    const { handedOut, last } = scope;
    // Refused again inside although the session was new: another would not help.
    const futile = scope.repeated && !scope.settled;
    if (rejection === 'none' || futile || !handedOut || !last) return handOn(failure);
    if (rejection === 'some') {
      // So that the next call finds a new session; what the other part of the batch did must not get lost.
      last.refresh(last.session).catch(() => undefined);
      return handOn(failure);
    }
    const renewed = from(last.refresh(last.session)).pipe(
      catchError((refusal: unknown) => throwError(() => refreshFailure(refusal, carried(failure)))),
    );
    return renewed.pipe(
      switchMap((fresh) => {
        const untouched = !scope.settled && !scope.repeated && !emitted;
        if (!again || !untouched || responseStarted(context)) return handOn(failure);
        if (last.account === handedOut.account) {
          scope.handedOut = { account: last.account, session: fresh };
        }
        scope.last = { ...last, session: fresh };
        scope.markRepeated();
        return handle();
      }),
    );
  };
  // Few operators: every request pays for each.
  return handle().pipe(
    concatMap((value) => {
      if (emitted) return of(value);
      const passOn = (rejection: Rejection) => {
        if (rejection !== 'none') throw new ReturnedRejection(value, rejection);
        emitted = true;
        // Before an interceptor around this one looks at the outcome; so below.
        decide();
        return value;
      };
      const rejection = inspectResult(answerOf(context, value));
      return rejection instanceof Promise ? rejection.then(passOn) : of(passOn(rejection));
    }),
    catchError((failure: unknown) => recover(failure).pipe(tap({ next: decide, error: decide }))),
    finalize(() => scope.end()),
  );
}

function handOn(failure: unknown): Observable<unknown> {
  return failure instanceof ReturnedRejection ? of(failure.answer) : throwError(() => failure);
}

function carried(failure: unknown): unknown {
  return failure instanceof ReturnedRejection ? failure.answer : failure;
}
