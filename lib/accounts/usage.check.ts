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
      this.#checkAccount(metatype, metatype.name);
      this.#checkEffect([metatype], metatype, metatype.name);
      for (const method of this.scanner.getAllMethodNames(metatype.prototype)) {
        const handler: unknown = Reflect.get(metatype.prototype, method);
        if (typeof handler !== 'function') continue;
        const where = `${metatype.name}.${method}`;
        this.#checkAccount(handler, where);
        this.#checkEffect([handler, metatype], handler, where);
        this.#checkEffect([handler], metatype, where);
      }
    }
  }

  #checkAccount(target: Function, where: string): void {
    const use = this.reflector.get(UseBetfairSessionMetadata, target);
    if (use === undefined) return;
    const account = use.name ?? DEFAULT_ACCOUNT;
    if (typeof account === 'string' && !this.registry.names.includes(account)) {
      throw this.registry.unknown(account, `@UseBetfairSession() on ${where}`);
    }
  }

  /** Warns where a decorator on one of `decorated` has no effect, because of how Nest runs `target`. */
  #checkEffect(decorated: Function[], target: Function, where: string): void {
    if (!this.reflector.getAllAndOverride(UseBetfairSessionMetadata, decorated)) return;
    for (const [key, decorator] of Object.entries(WITHOUT_INTERCEPTORS)) {
      if (!Reflect.hasMetadata(key, target)) continue;
      this.#logger.warn(
        `@UseBetfairSession() has no effect on ${where}: Nest runs ${decorator} without interceptors. Inject SessionService and call fetch() or run() there.`,
      );
    }
  }
}
