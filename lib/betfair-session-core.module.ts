import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { SESSION_CLOCK } from './injection-tokens.js';
import { systemClock } from './common/clock.js';
import { AccountRegistry } from './accounts/account.registry.js';
import { SessionAccounts } from './accounts/session-accounts.js';
import { DecoratorCheck } from './interceptor/decorator.check.js';

/**
 * Provides what all accounts of an application share. It is global because Nest creates a controller's interceptors in
 * the module of the controller, which need not import this package's module.
 */
@Global()
@Module({
  imports: [DiscoveryModule],
  providers: [
    AccountRegistry,
    DecoratorCheck,
    SessionAccounts,
    { provide: SESSION_CLOCK, useValue: systemClock },
  ],
  exports: [AccountRegistry, SESSION_CLOCK, SessionAccounts],
})
export class BetfairSessionCoreModule {}
