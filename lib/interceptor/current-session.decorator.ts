import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { CallScope } from '../calls/call-scope.js';
import { BetfairConfigurationError } from '../errors/index.js';
import type { BetfairSession } from '../betfair-session.js';
import { handlerOf } from './handler-answer.js';
import { UseBetfairSessionMetadata } from './use-betfair-session.metadata.js';

/**
 * Passes the session that `@UseBetfairSession()` got ready to a parameter of the handler. If a call in the handler
 * replaces the session, `SessionService.getSession()` returns the new one.
 *
 * @throws BetfairConfigurationError the handler has no `@UseBetfairSession()`, has one for another account, or runs
 * without interceptors
 */
export const CurrentSession: (name?: string) => ParameterDecorator = createParamDecorator(
  (name: string | undefined, context: ExecutionContext): BetfairSession => {
    const scope = CallScope.current;
    const given = scope?.given;
    const isOurs = scope?.execution !== undefined && isSame(scope.execution, context);
    if (scope && given && isOurs && (name === undefined || name === given.account)) {
      if (given.source) scope.take(given.source, given.session);
      return given.session;
    }
    const account = name === undefined ? '' : `'${name}'`;
    throw new BetfairConfigurationError(
      `@CurrentSession(${account}) finds no session in ${handlerOf(context)}. ${cureFor(name, isOurs ? given?.account : undefined, context)}`,
    );
  },
);

/** Tells if both contexts belong to the same execution: a queue may run a handler in the context of another one. */
function isSame(execution: ExecutionContext, context: ExecutionContext): boolean {
  const given = context.getArgs<unknown[]>();
  return (
    execution.getHandler() === context.getHandler() &&
    execution.getArgs<unknown[]>().every((one, index) => one === given[index])
  );
}

function cureFor(
  name: string | undefined,
  given: string | undefined,
  context: ExecutionContext,
): string {
  const decorator = `@UseBetfairSession(${name === undefined ? '' : `{ name: '${name}' }`})`;
  if (given !== undefined)
    return `The handler has the session of the account "${given}"; use ${decorator}.`;
  const targets = [context.getHandler(), context.getClass()];
  const isDecorated = targets.some((target) =>
    Reflect.hasMetadata(UseBetfairSessionMetadata.KEY, target),
  );
  if (!isDecorated) return `Add ${decorator} to it.`;
  return context.getType<string>() === 'graphql'
    ? "It has @UseBetfairSession(), but GraphQL runs field resolvers without interceptors. Set fieldResolverEnhancers: ['interceptors'] in GraphQLModule.forRoot()."
    : 'It has @UseBetfairSession(), but Nest ran it without the interceptor, or a queue around the handler ran it in the context of another one. Inject SessionService and call getSession(). In a test, override SessionService with mockSessionService() instead of overriding the interceptor.';
}
