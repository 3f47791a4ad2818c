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
import { HandlerRun } from './handler-run.js';
import {
  type UseBetfairSessionOptions,
  UseBetfairSessionMetadata,
} from './use-betfair-session.metadata.js';

/** The service of an account, or what stands in for it in a test and has its public methods only. */
type RegisteredSessions = Pick<SessionService, 'getSession'> &
  Partial<Pick<SessionService, 'takeSession' | 'account'>>;

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
    const outer = CallScope.current;
    // On class and method, or as APP_INTERCEPTOR as well: the outermost does the work.
    if (outer?.execution === context) return next.handle();
    const { name, retry } = this.#optionsOf(context);
    const account = (typeof name === 'function' ? name(context) : name) ?? DEFAULT_ACCOUNT;
    const sessions: RegisteredSessions = this.#registry.get(account);
    const session = sessions.takeSession?.() ?? sessions.getSession();
    const call = { outer, account, source: sessions.account, next, context, retry };
    const runWith = (given: BetfairSession) =>
      // Not before: if nobody subscribes any more, nothing would end it.
      new Observable((subscriber) => new HandlerRun(call, given, subscriber).start());
    // Every promise would be one more for each request.
    return session instanceof BetfairSession ? runWith(session) : session.then(runWith);
  }

  /** The options of class and method, of which the method's win. */
  #optionsOf(context: ExecutionContext): UseBetfairSessionOptions {
    const ofMethod = this.reflector.get(UseBetfairSessionMetadata, context.getHandler());
    const ofClass = this.reflector.get(UseBetfairSessionMetadata, context.getClass());
    return { name: ofMethod?.name ?? ofClass?.name, retry: ofMethod?.retry ?? ofClass?.retry };
  }
}
