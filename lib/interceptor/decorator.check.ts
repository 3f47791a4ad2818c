import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { DEFAULT_ACCOUNT } from '../common/account-name.js';
import { openLog } from '../common/application-log.js';
import {
  mergeOptions,
  type UseBetfairSessionOptions,
  UseBetfairSessionMetadata,
} from './use-betfair-session.metadata.js';
import { AccountRegistry } from '../accounts/account.registry.js';
import {
  findHandlerClasses,
  type HandlerClass,
  type Route,
  routeOf,
  runsInterceptorsOfFields,
} from './handler-kinds.js';

/** Kinds of handlers around which Nest runs interceptors. */
const HANDLERS = 'HTTP route, message pattern, WebSocket message or GraphQL operation';
const ALTERNATIVE = 'inject SessionService there and use call(), fetch() or run()';

/** Metadata keys of methods that libraries run without interceptors: schedulers, event emitters, queues. */
const RUNNERS = [
  'SCHEDULER_TYPE',
  'EVENT_LISTENER_METADATA',
  'bull:module_queue_process',
  'bullmq:worker_events_metadata',
  'bullmq:queue_events_metadata',
];

/** Metadata keys of Nest's routes and messages, also in classes where Nest ignores them. */
const ROUTES = ['path', 'microservices:handler_type', 'websockets:message_mapping'];

/** Method of a class, with its route. */
interface Method {
  readonly where: string;
  readonly handler: Function;
  readonly route: Route;
}

/** Finds uses of `@UseBetfairSession()` at bootstrap that cannot work at run time. */
@Injectable()
export class DecoratorCheck implements OnApplicationBootstrap {
  readonly #log = openLog('BetfairSession');

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
    private readonly registry: AccountRegistry,
  ) {}

  /** @throws BetfairConfigurationError a decorator names an account that is not registered */
  onApplicationBootstrap(): void {
    for (const owner of findHandlerClasses(this.discovery)) {
      const methods = this.#methodsOf(owner);
      this.#checkAccounts(owner.type, methods);
      this.#checkEffect(owner.type, methods);
    }
  }

  #methodsOf(owner: HandlerClass): Method[] {
    const prototype: object = owner.type.prototype;
    return this.scanner.getAllMethodNames(prototype).flatMap((name) => {
      const handler: unknown = Reflect.get(prototype, name);
      if (typeof handler !== 'function') return [];
      return { where: `${owner.type.name}.${name}`, handler, route: routeOf(handler, owner) };
    });
  }

  #checkAccounts(type: Function, methods: readonly Method[]): void {
    const ofClass = this.reflector.get(UseBetfairSessionMetadata, type);
    const used = methods.map(({ handler, route, where }) => {
      const use = this.reflector.get(UseBetfairSessionMetadata, handler);
      return {
        where,
        use,
        isUsed: use !== undefined || (ofClass !== undefined && route !== 'none'),
      };
    });
    // The class may leave the account's name to its methods.
    const isNamedBelow = used.some(({ use }) => use?.name !== undefined);
    if (ofClass && (ofClass.name !== undefined || !isNamedBelow)) {
      this.#checkAccount(ofClass, type.name);
    }
    for (const { use, where, isUsed } of used) {
      if (isUsed) this.#checkAccount(mergeOptions(use, ofClass), where);
    }
  }

  #checkAccount({ name = DEFAULT_ACCOUNT }: UseBetfairSessionOptions, where: string): void {
    if (typeof name === 'string' && !this.registry.names.includes(name)) {
      throw this.registry.unknown(name, `@UseBetfairSession() on ${where}`);
    }
  }

  /** Warns of each decorator that has no effect. */
  #checkEffect(type: Function, methods: readonly Method[]): void {
    const isUsed = (target: Function) =>
      this.reflector.get(UseBetfairSessionMetadata, target) !== undefined;
    const hasRoute = methods.some(({ route }) => route !== 'none');
    if (isUsed(type) && !hasRoute) {
      this.#warn(type.name, `none of its methods is an ${HANDLERS}`);
    }
    const isForFields = runsInterceptorsOfFields(this.discovery);
    const fields = methods.filter(({ route }) => route === 'field resolver' && !isForFields);
    // A decorator on the class does not concern methods that only the class itself calls.
    const isMeant = (handler: Function) =>
      isUsed(handler) || (isUsed(type) && hasRoute && isMarked(handler));
    for (const { handler, where } of methods.filter(({ route }) => route === 'none')) {
      if (isMeant(handler)) this.#warn(where, `it is not an ${HANDLERS}`);
    }
    if (isUsed(type) && fields.length > 0) this.#warnOfFields(fields);
    else for (const field of fields) if (isUsed(field.handler)) this.#warnOfFields([field]);
  }

  /** Warns with "unless": a library may run interceptors too, which cannot be known at bootstrap. */
  #warn(where: string, reason: string): void {
    this.#log.warn(
      `@UseBetfairSession() has no effect on ${where} unless a library that runs Nest's interceptors calls it: ${reason}. Methods called by your own code, scheduled jobs, event listeners, queue processors and CQRS handlers run without them: ${ALTERNATIVE}.`,
    );
  }

  #warnOfFields(fields: readonly Method[]): void {
    const places = fields.map(({ where }) => where).join(', ');
    const what = fields.length > 1 ? 'these are field resolvers' : 'it is a field resolver';
    this.#log.warn(
      `@UseBetfairSession() has no effect on ${places} unless the options of GraphQLModule have fieldResolverEnhancers: ['interceptors']: ${what} of GraphQL. Set that option, or ${ALTERNATIVE}.`,
    );
  }
}

/** Tells if a method is meant to be called by Nest or a library. */
function isMarked(method: Function): boolean {
  return [...RUNNERS, ...ROUTES].some((key) => Reflect.hasMetadata(key, method));
}
