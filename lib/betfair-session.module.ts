import { type DynamicModule, Module } from '@nestjs/common';
import { BetfairSessionCoreModule } from './betfair-session-core.module.js';
import {
  type ASYNC_OPTIONS_TYPE,
  ConfigurableModuleClass,
  type OPTIONS_TYPE,
} from './betfair-session.module-definition.js';

/**
 * Provides one valid Betfair session: import it once in the root module, and inject `SessionService` anywhere. For
 * several accounts, import it once for each, all but one with a `name`.
 */
@Module({ imports: [BetfairSessionCoreModule] })
export class BetfairSessionModule extends ConfigurableModuleClass {
  /**
   * Registers an account with options that are known when the module is imported.
   *
   * @throws BetfairConfigurationError at start-up, with every fault of the options named at once
   */
  static override forRoot(options: typeof OPTIONS_TYPE): DynamicModule {
    return super.forRoot(options);
  }

  /**
   * Registers an account with options from a factory (`useFactory`), or from an object with the method
   * `createBetfairSessionOptions` (`useClass`, `useExisting`). `name` and `isGlobal` go next to it.
   *
   * @throws BetfairConfigurationError at start-up, with every fault of the options named at once
   */
  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    return super.forRootAsync(options);
  }
}
