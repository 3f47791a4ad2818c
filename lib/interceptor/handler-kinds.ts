import type { DiscoveryService } from '@nestjs/core';

/** Class whose methods Nest may route. */
export interface HandlerClass {
  readonly type: Function;
  readonly isController: boolean;
  readonly isProvider: boolean;
}

/** Injection token of the options of `GraphQLModule`. */
const GRAPHQL_OPTIONS = 'GqlModuleOptions';

type Wrapper = ReturnType<DiscoveryService['getProviders']>[number];

/** Finds all classes of the application whose methods may be handlers, each once even if several modules have it. */
export function findHandlerClasses(discovery: DiscoveryService): HandlerClass[] {
  const controllers = new Set(discovery.getControllers().flatMap(classOf));
  const providers = new Set(discovery.getProviders().flatMap(classOf));
  return [...new Set([...controllers, ...providers])].map((type) => ({
    type,
    isController: controllers.has(type),
    isProvider: providers.has(type),
  }));
}

/** Finds the class of a provider, or of its value if a factory or the application created it. */
function classOf({ metatype, isNotMetatype, instance }: Wrapper): Function[] {
  // Read from the prototype: a mock may be a proxy that has every property.
  const made: unknown = isNotMetatype
    ? Reflect.getPrototypeOf(Object(instance))?.constructor
    : metatype;
  return typeof made === 'function' && made.prototype instanceof Object ? [made] : [];
}

/** Tells if GraphQL is configured to run interceptors around field resolvers too. */
export function runsInterceptorsOfFields(discovery: DiscoveryService): boolean {
  return discovery.getProviders().some(({ token, instance }) => {
    if (token !== GRAPHQL_OPTIONS) return false;
    const enhancers: unknown = Reflect.get(Object(instance), 'fieldResolverEnhancers');
    return Array.isArray(enhancers) && enhancers.includes('interceptors');
  });
}

/**
 * Route by which Nest calls a method: with interceptors; as a GraphQL field resolver, where an option enables them; or
 * none, so that only a library or other code calls it.
 */
export type Route = 'intercepted' | 'field resolver' | 'none';

const OPERATIONS: readonly unknown[] = ['Query', 'Mutation', 'Subscription'];

/** Finds the route of a method in the metadata that Nest itself uses. */
export function routeOf(method: Function, owner: HandlerClass): Route {
  if (owner.isController && (has('path', method) || has('microservices:handler_type', method))) {
    return 'intercepted';
  }
  if (!owner.isProvider) return 'none';
  const isMessage = has('websockets:message_mapping', method);
  if (isMessage && has('websockets:is_gateway', owner.type)) return 'intercepted';
  const operation: unknown = Reflect.getMetadata('graphql:resolver_type', method);
  if (OPERATIONS.includes(operation)) return 'intercepted';
  const isField =
    has('graphql:resolve_property', method) || has('graphql:resolve_reference', method);
  return isField ? 'field resolver' : 'none';
}

function has(key: string, target: Function): boolean {
  return Reflect.hasMetadata(key, target);
}
