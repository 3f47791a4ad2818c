import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  Optional,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Observable } from 'rxjs';
import { AccountRegistry } from '../accounts/account.registry.js';
import { DEFAULT_ACCOUNT } from '../betfair-session.constants.js';
import { CallScope } from '../calls/call-scope.js';
import { BetfairConfigurationError } from '../errors/index.js';
import { BetfairSession } from '../betfair-session.js';
import type { SessionService } from '../session/session.service.js';
import { mayRunAgain } from './handler-retry.js';
import { HandlerRun } from './handler-run.js';
import { UseBetfairSessionMetadata } from './use-betfair-session.metadata.js';

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
  intercept(
    context: ExecutionContext,
    next: CallHandler,
  ): Observable<unknown> | Promise<Observable<unknown>> {
    const use =
      this.reflector.getAllAndOverride(UseBetfairSessionMetadata, [
        context.getHandler(),
        context.getClass(),
      ]) ?? {};
    const account =
      (typeof use.name === 'function' ? use.name(context) : use.name) ?? DEFAULT_ACCOUNT;
    const sessions = this.#registry.get(account);
    const again = mayRunAgain(context, use.retry);
    const runWith = (session: BetfairSession) => {
      const outer = CallScope.current;
      return new Observable((subscriber) => {
        // Not before: where nobody subscribes any more, nothing would end it.
        const scope = openScope(outer, sessions, account, session);
        new HandlerRun({ scope, next, context, again }, subscriber).start();
      });
    };
    const session = sessions.takeSession();
    // Every promise would be one more for each request.
    return session instanceof BetfairSession ? runWith(session) : session.then(runWith);
  }
}

/** Apart, so that what outlives a request, and with it the layer, keeps nothing of the request. */
function openScope(
  outer: CallScope | undefined,
  sessions: SessionService,
  account: string,
  session: BetfairSession,
): CallScope {
  const scope = CallScope.openIn(outer);
  scope.last = { account, session, refresh: (rejected) => sessions.refresh(rejected) };
  scope.handedOut = scope.last;
  return scope;
}
