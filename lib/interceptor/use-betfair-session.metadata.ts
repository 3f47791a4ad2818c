import type { ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';

/** Options of `@UseBetfairSession()`. */
export interface UseBetfairSessionOptions {
  /**
   * Name of the account, or a function that returns it for each call.
   *
   * @default the account without a name
   */
  readonly name?: string | ((context: ExecutionContext) => string) | undefined;
  /**
   * Action after Betfair refused the session of a handler: `'once'` runs the handler once more with a new session,
   * `'never'` only replaces the session and passes the refusal on.
   *
   * @default `'once'` for HTTP GET and HEAD, `'never'` for everything that may change something
   */
  readonly retry?: 'once' | 'never' | undefined;
}

/** Carries the options from the decorator to the interceptor. */
export const UseBetfairSessionMetadata = Reflector.createDecorator<UseBetfairSessionOptions>();

/** Merges the options of two decorators; the first one wins. */
export function mergeOptions(
  first: UseBetfairSessionOptions | undefined,
  second: UseBetfairSessionOptions | undefined,
): UseBetfairSessionOptions {
  return { name: first?.name ?? second?.name, retry: first?.retry ?? second?.retry };
}
