import { types } from 'node:util';
import type { DynamicModule, ModuleMetadata, Provider } from '@nestjs/common';

/** Puts an object of its own in the place of each instance that Nest makes, as the option `instrument` has it. */
export type InstanceDecorator = (instance: unknown) => unknown;

/** An application monitor: what it adds to an application, and how it wraps the providers. */
export interface Wrapper {
  readonly instanceDecorator: InstanceDecorator;
  /** Changes the modules of the application. */
  readonly change?: (metadata: ModuleMetadata) => ModuleMetadata;
}

/** Built-in objects, and classes with `#private` members, work with themselves as `this` only. */
const BUILT_IN = [
  types.isMap,
  types.isSet,
  types.isWeakMap,
  types.isWeakSet,
  types.isDate,
  types.isRegExp,
  types.isPromise,
  types.isAnyArrayBuffer,
];

function needsItself(instance: object): boolean {
  for (
    let type = instance;
    type !== Object.prototype;
    type = Reflect.getPrototypeOf(type) ?? Object.prototype
  ) {
    if (/(^|[^\w$])#[\w$]/.test(String(Reflect.get(type, 'constructor')))) return true;
  }
  return false;
}

function isWrapped<T>(instance: T): instance is T & object {
  return (
    typeof instance === 'object' &&
    instance !== null &&
    !BUILT_IN.some((isBuiltIn) => isBuiltIn(instance))
  );
}

/** Methods are called on the proxy, wherever a class can bear it. */
function callOnProxy<T>(instance: T): T {
  if (!isWrapped(instance)) return instance;
  return needsItself(instance) ? bindMethods(instance) : new Proxy(instance, {});
}

/** Methods are bound to the instance. Each is the same function whenever it is asked for. */
export function bindMethods<T>(instance: T): T {
  if (!isWrapped(instance)) return instance;
  const bound = new Map<Function, unknown>();
  return new Proxy(instance, {
    get(target, name) {
      // Not on the proxy, because a getter may look at #private members.
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function' || name === 'constructor') return member;
      if (!bound.has(member)) bound.set(member, bind(member, target));
      return bound.get(member);
    },
  });
}

/** With the metadata of decorators, without which Nest itself would not know its handlers. */
function bind(method: Function, target: object): unknown {
  const bound: unknown = method.bind(target);
  for (const key of Reflect.getMetadataKeys(method)) {
    Reflect.defineMetadata(key, Reflect.getMetadata(key, method), Object(bound));
  }
  return bound;
}

/** Every factory is given other proxies than the one before. */
function wrapInjections({ imports = [], ...metadata }: ModuleMetadata): ModuleMetadata {
  return {
    ...metadata,
    imports: imports.map((module) => (isDynamic(module) ? withWrappedFactories(module) : module)),
  };
}

function isDynamic(module: unknown): module is DynamicModule {
  return typeof module === 'object' && module !== null && 'module' in module;
}

function withWrappedFactories(module: DynamicModule): DynamicModule {
  const { providers = [] } = module;
  return { ...module, providers: providers.map((provider) => withWrappedFactory(provider)) };
}

function withWrappedFactory(provider: Provider): Provider {
  if (typeof provider !== 'object' || !('useFactory' in provider)) return provider;
  const { useFactory } = provider;
  return {
    ...provider,
    useFactory: (...given: unknown[]): unknown => useFactory(...given.map(bindMethods)),
  };
}

/** As application monitors wrap providers, each in the strictest form. */
export const WRAPPERS: readonly (Wrapper & { readonly name: string })[] = [
  { name: 'whose methods are called on the proxy', instanceDecorator: callOnProxy },
  { name: 'whose methods are bound', instanceDecorator: bindMethods },
  { name: 'made anew for each injection', instanceDecorator: bindMethods, change: wrapInjections },
];
