import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { CallScope } from '../calls/call-scope.js';
import { BetfairConfigurationError } from '../errors/index.js';
import type { BetfairSession } from '../betfair-session.js';

/**
 * The session that `@UseBetfairSession()` made ready, as a parameter of the handler.
 *
 * @throws BetfairConfigurationError the handler has no `@UseBetfairSession()`, or one for another account
 */
export const CurrentSession: (name?: string) => ParameterDecorator = createParamDecorator(
  (name: string | undefined, context: ExecutionContext): BetfairSession => {
    const handedOut = CallScope.current?.handedOut;
    if (handedOut && (name === undefined || name === handedOut.account)) return handedOut.session;
    const decorator = `@UseBetfairSession(${name === undefined ? '' : `{ name: '${name}' }`})`;
    throw new BetfairConfigurationError(
      `@CurrentSession(${name === undefined ? '' : `'${name}'`}) finds no session. Add ${decorator} to ${context.getClass().name}.${context.getHandler().name}.`,
    );
  },
);
