import {
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
  Optional,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Observable } from 'rxjs';
import { AccountRegistry } from '../accounts/account.registry.js';
import { DEFAULT_ACCOUNT } from '../common/account-name.js';
import { CallScope } from '../calls/call-scope.js';
import { read } from '../common/unknown-values.js';
import { BetfairConfigurationError } from '../errors/index.js';
import { BetfairSession } from '../betfair-session.js';
import { SessionService } from '../session/session.service.js';
import { handlerOf } from './handler-answer.js';
import { HandlerRun } from './handler-run.js';
import { HandlerTraitsReader } from './handler-traits.js';

/** `SessionService` of an account, or a mock with its public methods. */
type RegisteredSessions = Pick<SessionService, 'getSession'> &
  Partial<Pick<SessionService, 'takeSession' | 'account'>>;

/**
 * Gets the session ready before a handler, and replaces it if the handler fails because Betfair refused it. Applied by
 * `@UseBetfairSession()`.
 */
@Injectable()
export class BetfairSessionInterceptor implements NestInterceptor {
  readonly #traits: HandlerTraitsReader;

  /** @internal Created by Nest, also for `APP_INTERCEPTOR`. */
  constructor(
    reflector: Reflector,
    @Optional() private readonly registry?: AccountRegistry,
    /** Serves every account in a test that provides the service without the module. */
    @Optional() @Inject(SessionService) private readonly standIn?: SessionService,
  ) {
    if (registry === undefined && standIn === undefined) {
      throw new BetfairConfigurationError(
        '@UseBetfairSession() is used, but BetfairSessionModule is not imported. Add BetfairSessionModule.forRootAsync({ … }) to the imports of the root module. In a unit test of a controller, provide { provide: SessionService, useValue: mockSessionService() } instead.',
      );
    }
    this.#traits = new HandlerTraitsReader(reflector);
  }

  /** Called by Nest around the handler. */
  intercept(
    context: ExecutionContext,
    next: CallHandler,
  ): Observable<unknown> | Promise<Observable<unknown>> {
    const outer = CallScope.current;
    // Applied several times (class, method, APP_INTERCEPTOR): only the outermost one acts.
    if (outer?.execution === context) return next.handle();
    const traits = this.#traits.read(context);
    const { name } = traits;
    const account = typeof name === 'function' ? name(context) : (name ?? DEFAULT_ACCOUNT);
    const sessions = this.#serviceOf(account, context);
    const session = sessions.takeSession?.() ?? sessions.getSession();
    const call = { outer, account, source: sessions.account, next, context, traits };
    const runWith = (given: BetfairSession) =>
      // Created at the subscription: without a subscriber, nothing would end the run.
      new Observable((subscriber) => new HandlerRun(call, given, subscriber).start());
    // Avoids a promise for every request.
    return session instanceof BetfairSession
      ? runWith(session)
      : Promise.resolve(session).then((given) => runWith(checked(given, account)));
  }

  #serviceOf(account: string, context: ExecutionContext): RegisteredSessions {
    // Without the module, the stand-in serves every account.
    const found: unknown = this.registry ? this.registry.find(account) : this.standIn;
    if (isSessions(found)) return found;
    const where = `@UseBetfairSession() on ${handlerOf(context)}`;
    throw found === undefined && this.registry
      ? this.registry.unknown(account, where)
      : replaced(account);
  }
}

function isSessions(value: unknown): value is RegisteredSessions {
  return typeof read(value, 'getSession') === 'function';
}

/** Checks the session of a mock, which may be any object, before the handler gets it. */
function checked(session: BetfairSession, account: string): BetfairSession {
  const isSession =
    typeof read(session, 'token') === 'string' && typeof read(session, 'headers') === 'function';
  if (isSession) return session;
  throw replaced(account);
}

function replaced(account: string): BetfairConfigurationError {
  return new BetfairConfigurationError(
    `The SessionService of the account "${account}" was replaced by something whose getSession() returns no session. Replace it with mockSessionService() of nestjs-betfair-session/testing.`,
  );
}
