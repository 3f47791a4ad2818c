import { ConfigurableModuleBuilder } from '@nestjs/common';
import { defineAccount } from './betfair-session.providers.js';
import type { BetfairSessionOptions } from './options/betfair-session-options.interface.js';

/** What stands beside the options of an account, and not among them. */
export interface BetfairSessionModuleExtras {
  /** Name of the account, where an application has several. Left out: the default account. */
  name?: string | undefined;
  /**
   * Whether other modules can inject the account without importing this one.
   *
   * @default true
   */
  isGlobal?: boolean | undefined;
}

/** What the builder provides the options under, before each account gets a token of its own. */
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
