import { ConfigurableModuleBuilder } from '@nestjs/common';
import { defineAccount } from './betfair-session.providers.js';
import type { BetfairSessionOptions } from './options/betfair-session-options.interface.js';

/** Settings of the module, next to the options of the account. */
export interface BetfairSessionModuleExtras {
  /** Name of the account, if the application has several. Left out: the default account. */
  name?: string | undefined;
  /**
   * Lets other modules inject the account without importing this module.
   *
   * @default true
   */
  isGlobal?: boolean | undefined;
}

/** Token under which the builder provides the options; each account replaces it by its own. */
const MODULE_OPTIONS = Symbol('betfair session module options');

export const { ConfigurableModuleClass, OPTIONS_TYPE, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<BetfairSessionOptions>({ optionsInjectionToken: MODULE_OPTIONS })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createBetfairSessionOptions')
    .setExtras<BetfairSessionModuleExtras>(
      { name: undefined, isGlobal: true },
      (module, { name, isGlobal }) => defineAccount(module, MODULE_OPTIONS, name, isGlobal ?? true),
    )
    .build();
