import { All, applyDecorators, Controller, type Provider, Req, type Type } from '@nestjs/common';
import { type BetfairSession, CurrentSession, UseBetfairSession } from 'nestjs-betfair-session';
import { type Betting, type HttpApplication, serve } from '../../support/http-application.js';

/** What makes of a plain class a controller, or a gateway, with one handler. */
export interface HandlerDecorators {
  readonly onClass: readonly ClassDecorator[];
  readonly onMethod: readonly MethodDecorator[];
  /** Of the parameter beside the session. @default Req() */
  readonly given?: ParameterDecorator;
}

/** A class with one handler, whose work is given from outside. */
export function oneHandler(
  handle: (session: BetfairSession, given: unknown) => unknown,
  { onClass, onMethod, given = Req() }: HandlerDecorators,
): Type {
  @applyDecorators(...onClass)
  class OneHandler {
    @applyDecorators(...onMethod)
    handle(@CurrentSession() session: BetfairSession, @given second: unknown) {
      return handle(session, second);
    }
  }
  return OneHandler;
}

export interface ServedHandler extends HttpApplication {
  /** The generation of the session that each run was given. */
  readonly generations: readonly number[];
}

/** Serves one handler, for every method and with `@UseBetfairSession()` on its class if nothing else is said. */
export async function serveHandler(
  handle: (session: BetfairSession, betting: Betting, run: number) => unknown,
  {
    onClass = [UseBetfairSession()],
    onMethod = [All()],
    providers = [],
  }: Partial<HandlerDecorators> & { readonly providers?: Provider[] } = {},
): Promise<ServedHandler> {
  const generations: number[] = [];
  const application = await serve((betting) => {
    const counted = (session: BetfairSession) => {
      generations.push(session.generation);
      return handle(session, betting, generations.length);
    };
    const controller = oneHandler(counted, { onClass: [Controller(), ...onClass], onMethod });
    return { controllers: [controller], providers };
  });
  return { ...application, generations };
}
