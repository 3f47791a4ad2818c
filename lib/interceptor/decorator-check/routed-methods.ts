/** A class whose methods Nest may route. */
export interface HandlerClass {
  readonly type: Function;
  readonly isController: boolean;
  readonly isProvider: boolean;
}

/**
 * The way in which Nest reaches a method: with interceptors around it; as a GraphQL field resolver, around which they run only if
 * an option says so; or not at all, so that only a library or other code calls it.
 */
export type Route = 'intercepted' | 'field resolver' | 'none';

const OPERATIONS: readonly unknown[] = ['Query', 'Mutation', 'Subscription'];

/** Tells how Nest routes a method, by the metadata that it looks for itself. */
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

/** Marks of methods that libraries run without interceptors: schedulers, event emitters, queues. */
const RUNNERS = [
  'SCHEDULER_TYPE',
  'EVENT_LISTENER_METADATA',
  'bull:module_queue_process',
  'bullmq:worker_events_metadata',
  'bullmq:queue_events_metadata',
];

/** Marks of Nest's routes and messages, also in a class in which it does not look for them. */
const ROUTES = ['path', 'microservices:handler_type', 'websockets:message_mapping'];

/** Tells if a method is meant to be run by somebody else than the code of the application. */
export function isMarked(method: Function): boolean {
  return [...RUNNERS, ...ROUTES].some((key) => has(key, method));
}

function has(key: string, target: Function): boolean {
  return Reflect.hasMetadata(key, target);
}
