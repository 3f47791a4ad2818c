import {
  type DynamicModule,
  Inject,
  type InjectionToken,
  Module,
  type ModuleMetadata,
} from '@nestjs/common';
import { getSessionServiceToken } from '../injection-tokens.js';
import type { SessionService } from '../session/session.service.js';
import { BetfairStream } from './betfair-stream.js';

/** Options of `BetfairStreamModule.forRoot()`. */
export interface BetfairStreamModuleOptions {
  /** Name of the account in `BetfairSessionModule`. @default the default account */
  readonly name?: string | undefined;
  /** Modules to import, such as that of the account if it is not global. */
  readonly imports?: ModuleMetadata['imports'] | undefined;
  /** Lets other modules inject the stream without importing this one. @default true */
  readonly isGlobal?: boolean | undefined;
}

/** Injection token of an account's {@link BetfairStream}: the class itself for the default account. */
export function getBetfairStreamToken(name?: string): InjectionToken<BetfairStream> {
  const sessions = getSessionServiceToken(name);
  return sessions === getSessionServiceToken() ? BetfairStream : `BETFAIR_STREAM:${name}`;
}

/** Injects the `BetfairStream` of a named account, or without a name that of the default account. */
export function InjectBetfairStream(name?: string): ParameterDecorator & PropertyDecorator {
  return Inject(getBetfairStreamToken(name));
}

/** Provides the `BetfairStream` of an account that `BetfairSessionModule` registers. */
@Module({})
export class BetfairStreamModule {
  /** Registers the stream of one account. Import it once for each account: a second import makes a second stream. */
  static forRoot({
    name,
    imports = [],
    isGlobal = true,
  }: BetfairStreamModuleOptions = {}): DynamicModule {
    const token = getBetfairStreamToken(name);
    return {
      module: BetfairStreamModule,
      global: isGlobal,
      imports,
      providers: [
        {
          provide: token,
          useFactory: (sessions: SessionService) => new BetfairStream(sessions),
          inject: [getSessionServiceToken(name)],
        },
      ],
      exports: [token],
    };
  }
}
