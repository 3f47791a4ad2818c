import { Inject } from '@nestjs/common';
import { getSessionServiceToken } from '../injection-tokens.js';

/** Injects the `SessionService` of a named account; without a name, that of the default account. */
export function InjectSessionService(name?: string): ParameterDecorator & PropertyDecorator {
  return Inject(getSessionServiceToken(name));
}
