import { randomUUID } from 'node:crypto';
import { type DynamicModule, type InjectionToken, type Provider } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { AccountRegistry } from './accounts/account.registry.js';
import {
  getSessionOptionsToken,
  getSessionServiceToken,
  getSessionStorageToken,
  SESSION_CLOCK,
} from './injection-tokens.js';
import { DEFAULT_ACCOUNT } from './common/account-name.js';
import { openLog } from './common/application-log.js';
import type { Clock } from './common/clock.js';
import { SharedConnections } from './common/http/shared-connections.js';
import { KeepAliveScheduler } from './session/keep-alive/keep-alive.scheduler.js';
import { findTimerRegistry } from './session/keep-alive/scheduler-registry.js';
import type { BetfairSessionOptions } from './options/betfair-session-options.interface.js';
import { announceForeignHosts } from './options/foreign-hosts.js';
import { hideSecrets } from './options/printed-options.js';
import { resolveSessionOptions } from './options/session-options.resolver.js';
import type { ResolvedSessionOptions } from './options/resolved-options.js';
import { composeSession } from './session/session.composition.js';
import { SessionService } from './session/session.service.js';
import type { SessionStorage } from './storage/contract/session-storage.interface.js';
import { openStorage } from './storage/storage.opening.js';

/** Checked options with every default filled in; local to the module of one account, like the next two. */
const RESOLVED_OPTIONS = Symbol('resolved session options');
/** Makes every registration a module of its own. */
const IDENTITY = Symbol('identity of the registration');
/** Registers the account with the registry. */
const REGISTRATION = Symbol('registration of the account');

/**
 * Completes the dynamic module of one account. Its options have the account's own token, so that a test can override
 * one account, and the real factory is then not called.
 */
export function defineAccount(
  definition: DynamicModule,
  builderToken: InjectionToken,
  name: string | undefined,
  isGlobal: boolean,
): DynamicModule {
  const providers = (definition.providers ?? []).map((provider) =>
    typeof provider === 'object' && provider.provide === builderToken
      ? { ...withoutPrintedSecrets(provider), provide: getSessionOptionsToken(name) }
      : provider,
  );
  return {
    ...definition,
    global: isGlobal,
    // Nest may identify a module by its serialised content, and the secrets are not in it.
    providers: [
      ...providers,
      ...accountProviders(name),
      { provide: IDENTITY, useValue: randomUUID() },
    ],
    exports: [getSessionServiceToken(name), getSessionStorageToken(name)],
  };
}

function accountProviders(name: string | undefined): Provider[] {
  const account = name ?? DEFAULT_ACCOUNT;
  const service = getSessionServiceToken(name);
  const storage = getSessionStorageToken(name);
  return [
    {
      provide: RESOLVED_OPTIONS,
      useFactory: async (options: BetfairSessionOptions) => {
        const resolved = await resolveSessionOptions(options);
        announceForeignHosts(resolved.endpoints, openLog('BetfairSession'));
        return resolved;
      },
      inject: [getSessionOptionsToken(name)],
    },
    {
      provide: storage,
      useFactory: (options: ResolvedSessionOptions, clock: Clock) =>
        openStorage(options, clock, openLog('BetfairSession')),
      inject: [RESOLVED_OPTIONS, SESSION_CLOCK],
    },
    {
      provide: service,
      useFactory: async (
        options: ResolvedSessionOptions,
        store: SessionStorage,
        clock: Clock,
        registry: AccountRegistry,
      ) => {
        registry.claim(account, store, options.storage, options.sessionKey);
        const log = openLog('BetfairSession', account);
        const parts = await composeSession({
          account,
          options,
          storage: store,
          connections: new SharedConnections(),
          clock,
          log,
        });
        return new SessionService({ account, options, parts, log });
      },
      inject: [RESOLVED_OPTIONS, storage, SESSION_CLOCK, AccountRegistry],
    },
    {
      // Not in the factory of the service: a test may replace that, and its mock must be registered too.
      provide: REGISTRATION,
      useFactory: (registry: AccountRegistry, sessions: SessionService) =>
        registry.register(account, sessions),
      inject: [AccountRegistry, service],
    },
    {
      provide: KeepAliveScheduler,
      useFactory: (
        options: ResolvedSessionOptions,
        sessions: SessionService,
        clock: Clock,
        moduleRef: ModuleRef,
      ) => {
        const interval = canKeepAlive(sessions) ? options.keepAliveInterval : undefined;
        return new KeepAliveScheduler(account, interval, sessions, clock, (timer) =>
          findTimerRegistry(moduleRef, timer),
        );
      },
      inject: [RESOLVED_OPTIONS, service, SESSION_CLOCK, ModuleRef],
    },
  ];
}

/** Hides the secrets of the options when the module or the provided options are printed. */
function withoutPrintedSecrets(provider: Exclude<Provider, Function>): Exclude<Provider, Function> {
  if ('useValue' in provider) return { ...provider, useValue: hideSecrets(provider.useValue) };
  if (!('useFactory' in provider)) return provider;
  const { useFactory } = provider;
  return {
    ...provider,
    useFactory: async (...dependencies: unknown[]) =>
      hideSecrets(await useFactory(...dependencies)),
  };
}

/** Tells if the service can keep sessions alive; a mock may lack the method. */
function canKeepAlive(sessions: Partial<SessionService>): boolean {
  return typeof sessions.keepAlive === 'function';
}
