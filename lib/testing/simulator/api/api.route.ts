import {
  MALFORMED_JSON,
  methodPrefix,
  SERVICES,
  type ApiService,
  type FrameworkFault,
} from './api.envelopes.js';
import { matchPath } from '../http/accepted-requests.js';
import { isRecord, parseJson } from '../../../common/unknown-values.js';
import { splitPath } from '../http/request.js';

/** One operation that an API request asks for. */
export interface SimulatedCall {
  /** Name such as `listMarketBook`; a JSON-RPC method of another service keeps its prefix. */
  readonly method: string;
  /** Parameters; `{}` if it has none. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Id of the JSON-RPC call. */
  readonly id?: unknown;
}

/** A call in the form of the API. */
export interface RoutedCall extends SimulatedCall {
  /** Operation of the service; `undefined` if the method belongs to another. */
  readonly operation: string | undefined;
}

/** Name of the navigation menu among the answers. */
export const MENU = 'menu.json';

/** Target of a path of the API. */
export type ApiRoute =
  | { readonly service: ApiService; readonly style: 'json-rpc' }
  | { readonly service: ApiService; readonly style: 'rest'; readonly method: string }
  | { readonly service: 'betting'; readonly style: 'menu'; readonly locale: string };

/** Calls of one request. A batch is a JSON-RPC array, even with one call. */
export interface ParsedCalls {
  readonly calls: readonly RoutedCall[];
  readonly isBatch: boolean;
}

/** Number of levels of nested JSON that are read. Far deeper JSON could not be written again. */
const MAX_NESTING = 1_000;
const REST_SERVICES: readonly ApiService[] = ['betting', 'account', 'heartbeat'];

export function parseRoute(path: string): ApiRoute | undefined {
  const { pathname } = splitPath(path);
  const menu = matchPath('menu', pathname);
  if (menu) return { service: 'betting', style: 'menu', locale: menu['locale'] ?? '' };
  const rpc = matchPath('json-rpc', pathname);
  const rest = matchPath('rest', pathname);
  const [found, services] = rpc ? [rpc, SERVICES] : [rest, REST_SERVICES];
  const service = services.find((name) => name === found?.['service']);
  if (service === undefined) return undefined;
  return rpc
    ? { service, style: 'json-rpc' }
    : { service, style: 'rest', method: rest?.['operation'] ?? '' };
}

/** Reads the body, or returns the fault of the framework. */
export function parseCalls(route: ApiRoute, body: string): ParsedCalls | FrameworkFault {
  if (route.style === 'menu') {
    const call = { method: MENU, operation: MENU, params: { locale: route.locale } };
    return { calls: [call], isBatch: false };
  }
  const parsed = parseContent(body, route.style);
  if (route.style === 'rest') {
    if (!isRecord(parsed)) return MALFORMED_JSON;
    const { method } = route;
    return { calls: [{ method, operation: method, params: parsed }], isBatch: false };
  }
  const isBatch = Array.isArray(parsed);
  const elements: readonly unknown[] = isBatch ? parsed : [parsed];
  const calls = elements.flatMap((element) => rpcCall(route.service, element));
  if (calls.length === 0 || calls.length < elements.length) return MALFORMED_JSON;
  return { calls, isBatch };
}

/** Lists the operations of a request, as far as it can be read. */
export function apiMethods(path: string, body: string): readonly string[] {
  const route = parseRoute(path);
  const parsed = route && parseCalls(route, body);
  return parsed && 'calls' in parsed ? parsed.calls.map((call) => call.method) : [];
}

function parseContent(body: string, style: ApiRoute['style']): unknown {
  // Operations without parameters are called with no body at all in REST.
  if (style === 'rest' && body.trim() === '') return {};
  const parsed = parseJson(body);
  return isTooDeep(parsed) ? undefined : parsed;
}

function isTooDeep(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_NESTING) return true;
    level = level.flatMap((one): unknown[] =>
      typeof one === 'object' && one !== null ? Object.values(one) : [],
    );
  }
  return false;
}

function rpcCall(service: ApiService, element: unknown): readonly RoutedCall[] {
  if (!isRecord(element) || typeof element['method'] !== 'string') return [];
  const { method, params, id } = element;
  // An id is a text or a number.
  if (typeof id === 'object' && id !== null) return [];
  const prefix = methodPrefix(service);
  const operation = method.startsWith(prefix) ? method.slice(prefix.length) : undefined;
  return [
    {
      method: operation ?? method,
      // The menu is not an operation of JSON-RPC.
      operation: operation === MENU ? undefined : operation,
      params: isRecord(params) ? params : {},
      ...(id !== undefined && { id }),
    },
  ];
}
