import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { DEFAULT_ACCOUNT } from '../betfair-session.constants.js';
import { UseBetfairSessionMetadata } from '../interceptor/use-betfair-session.metadata.js';
import { AccountRegistry } from './account.registry.js';

/** Metadata of methods that Nest calls without interceptors, and the decorator that sets it. */
const WITHOUT_INTERCEPTORS: Readonly<Record<string, string>> = {
  SCHEDULE_CRON_OPTIONS: '@Cron()',
  SCHEDULE_INTERVAL_OPTIONS: '@Interval()',
  SCHEDULE_TIMEOUT_OPTIONS: '@Timeout()',
  EVENT_LISTENER_METADATA: '@OnEvent()',
  'bullmq:processor_metadata': '@Processor()',
};

/** Finds, at bootstrap, uses of `@UseBetfairSession()` that could not work at run time. */
@Injectable()
export class UsageCheck implements OnApplicationBootstrap {
  readonly #logger = new Logger('BetfairSession');

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
    private readonly registry: AccountRegistry,
  ) {}

  /** @throws BetfairConfigurationError a decorator names an account that is not registered */
  onApplicationBootstrap(): void {
    for (const { metatype } of [
      ...this.discovery.getControllers(),
      ...this.discovery.getProviders(),
    ]) {
      if (typeof metatype !== 'function' || !metatype.prototype) continue;
      this.#check(metatype, metatype.name, metatype);
      for (const method of this.scanner.getAllMethodNames(metatype.prototype)) {
        const handler: unknown = Reflect.get(metatype.prototype, method);
        if (typeof handler === 'function') {
          this.#check(handler, `${metatype.name}.${method}`, metatype);
        }
      }
    }
  }

  #check(target: Function, where: string, owner: Function): void {
    const use = this.reflector.get(UseBetfairSessionMetadata, target);
    if (use === undefined) return;
    const account = use.name ?? DEFAULT_ACCOUNT;
    if (typeof account === 'string' && !this.registry.names.includes(account)) {
      throw this.registry.unknown(account, `@UseBetfairSession() on ${where}`);
    }
    for (const [key, decorator] of Object.entries(WITHOUT_INTERCEPTORS)) {
      if (Reflect.hasMetadata(key, target) || Reflect.hasMetadata(key, owner)) {
        this.#logger.warn(
          `@UseBetfairSession() on ${where} has no effect: Nest runs ${decorator} without interceptors. Inject SessionService and call fetch() or run() there.`,
        );
      }
    }
  }
}
