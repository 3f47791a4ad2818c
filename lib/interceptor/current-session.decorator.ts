import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { CallScope } from '../calls/call-scope.js';
import { BetfairConfigurationError } from '../errors/index.js';
import type { BetfairSession } from '../betfair-session.js';
import { UseBetfairSessionMetadata } from './use-betfair-session.metadata.js';

/**
 * Gives a parameter of the handler the session that `@UseBetfairSession()` made ready. It is the one from before the
 * handler: if a call inside replaces it, `SessionService.getSession()` gives the new one.
 *
 * @throws BetfairConfigurationError the handler has no `@UseBetfairSession()`, one for another account, or Nest runs it
 * without interceptors
 */
export const CurrentSession: (name?: string) => ParameterDecorator = createParamDecorator(
  (name: string | undefined, context: ExecutionContext): BetfairSession => {
    const scope = CallScope.current;
    const given = scope?.given;
    if (scope && given && (name === undefined || name === given.account)) {
      if (given.source) scope.take(given.source, given.session);
      return given.session;
    }
    const account = name === undefined ? '' : `'${name}'`;
    throw new BetfairConfigurationError(
      `@CurrentSession(${account}) finds no session in ${context.getClass().name}.${context.getHandler().name}. ${cureFor(name, given?.account, context)}`,
    );
  },
);

function cureFor(
  name: string | undefined,
  given: string | undefined,
  context: ExecutionContext,
): string {
  const decorator = `@UseBetfairSession(${name === undefined ? '' : `{ name: '${name}' }`})`;
  if (given !== undefined) return `It has the one of the account "${given}"; use ${decorator}.`;
  const targets = [context.getHandler(), context.getClass()];
  const isDecorated = targets.some((target) =>
    Reflect.hasMetadata(UseBetfairSessionMetadata.KEY, target),
  );
  if (!isDecorated) return `Add ${decorator} to it.`;
  return context.getType<string>() === 'graphql'
    ? "@UseBetfairSession() is there, but GraphQL runs field resolvers without interceptors unless GraphQLModule.forRoot() has fieldResolverEnhancers: ['interceptors']."
    : '@UseBetfairSession() is there, but Nest ran this without its interceptor. In a test, override SessionService with mockSessionService() instead of overriding the interceptor; elsewhere, inject SessionService.';
}
