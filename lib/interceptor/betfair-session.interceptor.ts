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
import { DEFAULT_ACCOUNT } from '../injection-tokens.js';
import { CallScope } from '../calls/call-scope.js';
import { read } from '../common/unknown-values.js';
import { BetfairConfigurationError } from '../errors/index.js';
import { BetfairSession } from '../betfair-session.js';
import { SessionService } from '../session/session.service.js';
import { handlerOf } from './handler-answer.js';
import { HandlerRun } from './handler-run.js';
import { HandlerTraitsReader } from './handler-traits.js';

/** The service of an account, or what stands in for it in a test and has its public methods only. */
type RegisteredSessions = Pick<SessionService, 'getSession'> &
  Partial<Pick<SessionService, 'takeSession' | 'account'>>;

/**
 * Makes the session ready before a handler, and replaces it when the handler fails because Betfair refused it; see
 * `@UseBetfairSession()`, which applies it.
 */
@Injectable()
export class BetfairSessionInterceptor implements NestInterceptor {
  readonly #traits: HandlerTraitsReader;

  /** @internal Made by Nest, also for `APP_INTERCEPTOR`. */
  constructor(
    reflector: Reflector,
    @Optional() private readonly registry?: AccountRegistry,
    /** Stands in for every account in a test that has the service and not the module. */
    @Optional() @Inject(SessionService) private readonly standIn?: SessionService,
  ) {
    if (registry === undefined && standIn === undefined) {
      throw new BetfairConfigurationError(
        '@UseBetfairSession() is used, but BetfairSessionModule is not imported. Add BetfairSessionModule.forRootAsync({ … }) to the imports of the root module; in a test of a controller alone, provide { provide: SessionService, useValue: mockSessionService() }.',
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
    // On class and method, or as APP_INTERCEPTOR as well: the outermost does the work.
    if (outer?.execution === context) return next.handle();
    const traits = this.#traits.read(context);
    const { name } = traits;
    const account = typeof name === 'function' ? name(context) : (name ?? DEFAULT_ACCOUNT);
    const sessions = this.#serviceOf(account, context);
    const session = sessions.takeSession?.() ?? sessions.getSession();
    const call = { outer, account, source: sessions.account, next, context, traits };
    const runWith = (given: BetfairSession) =>
      // Not before: if nobody subscribes any more, nothing would end it.
      new Observable((subscriber) => new HandlerRun(call, given, subscriber).start());
    // Every promise would be one more for each request.
    return session instanceof BetfairSession
      ? runWith(session)
      : Promise.resolve(session).then((given) => runWith(checked(given, account)));
  }

  #serviceOf(account: string, context: ExecutionContext): RegisteredSessions {
    // Without the module there is nothing to tell accounts apart by.
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

/** A mock of the application's own may give anything, also a plain object that the first `headers()` would fail on. */
function checked(session: BetfairSession, account: string): BetfairSession {
  const isSession =
    typeof read(session, 'token') === 'string' && typeof read(session, 'headers') === 'function';
  if (isSession) return session;
  throw replaced(account);
}

function replaced(account: string): BetfairConfigurationError {
  return new BetfairConfigurationError(
    `The SessionService of the account "${account}" was replaced by something whose getSession() gives no session. Replace it by mockSessionService() of nestjs-betfair-session/testing.`,
  );
}
