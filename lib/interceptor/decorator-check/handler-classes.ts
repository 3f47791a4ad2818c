import type { DiscoveryService } from '@nestjs/core';
import type { HandlerClass } from './routed-methods.js';

/** Injection token of the options of `GraphQLModule`. */
const GRAPHQL_OPTIONS = 'GqlModuleOptions';

type Wrapper = ReturnType<DiscoveryService['getProviders']>[number];

/** All classes of the application whose methods may be handlers, each once, also if several modules have it. */
export function findHandlerClasses(discovery: DiscoveryService): HandlerClass[] {
  const controllers = new Set(discovery.getControllers().flatMap(classOf));
  const providers = new Set(discovery.getProviders().flatMap(classOf));
  return [...new Set([...controllers, ...providers])].map((type) => ({
    type,
    isController: controllers.has(type),
    isProvider: providers.has(type),
  }));
}

/** The class of a provider; that of its value, if a factory or the application made it. */
function classOf({ metatype, isNotMetatype, instance }: Wrapper): Function[] {
  // By the prototype: a mock may be a proxy that answers to every name.
  const made: unknown = isNotMetatype
    ? Reflect.getPrototypeOf(Object(instance))?.constructor
    : metatype;
  return typeof made === 'function' && made.prototype instanceof Object ? [made] : [];
}

/** Tells if the application has GraphQL run interceptors around field resolvers too. */
export function runsInterceptorsOfFields(discovery: DiscoveryService): boolean {
  return discovery.getProviders().some(({ token, instance }) => {
    if (token !== GRAPHQL_OPTIONS) return false;
    const enhancers: unknown = Reflect.get(Object(instance), 'fieldResolverEnhancers');
    return Array.isArray(enhancers) && enhancers.includes('interceptors');
  });
}
