import type { DiscoveryService } from '@nestjs/core';
import type { HandlerClass } from './routed-methods.js';

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
