import {
  MALFORMED_JSON,
  methodPrefix,
  type ApiService,
  type FrameworkFault,
} from './api.envelopes.js';
import { matchPath } from '../accepted-requests.js';
import { isRecord } from '../../../common/is-record.js';
import { splitPath } from '../http/request.js';

/** One operation that an API request asks for. */
export interface SimulatedCall {
  /** Such as `listMarketBook`; a JSON-RPC method of another service keeps its prefix. */
  readonly method: string;
  /** Its parameters; `{}` where it has none. */
  readonly params: Readonly<Record<string, unknown>>;
  /** Of the JSON-RPC call. */
  readonly id?: unknown;
}

/** Name of the navigation menu among the answers. */
export const MENU = 'menu.json';

/** What a path of the API leads to. */
export type ApiRoute =
  | { readonly service: ApiService; readonly style: 'json-rpc' }
  | { readonly service: ApiService; readonly style: 'rest'; readonly method: string }
  | { readonly service: 'betting'; readonly style: 'menu'; readonly locale: string };

/** The calls of one request; a batch is a JSON-RPC array, even of one. */
export interface ParsedCalls {
  readonly calls: readonly SimulatedCall[];
  readonly isBatch: boolean;
}

const RPC_SERVICES: readonly ApiService[] = ['betting', 'account', 'heartbeat', 'scores'];
const REST_SERVICES: readonly ApiService[] = ['betting', 'account', 'heartbeat'];

export function parseRoute(path: string): ApiRoute | undefined {
  const { pathname } = splitPath(path);
  const menu = matchPath('menu', pathname);
  if (menu) return { service: 'betting', style: 'menu', locale: menu['locale'] ?? '' };
  const rpc = matchPath('json-rpc', pathname);
  const rest = matchPath('rest', pathname);
  const [found, services] = rpc ? [rpc, RPC_SERVICES] : [rest, REST_SERVICES];
  const service = services.find((name) => name === found?.['service']);
  if (service === undefined) return undefined;
  return rpc
    ? { service, style: 'json-rpc' }
    : { service, style: 'rest', method: rest?.['operation'] ?? '' };
}

/** Reads the body, or says what the framework finds wrong with it. */
export function parseCalls(route: ApiRoute, body: string): ParsedCalls | FrameworkFault {
  if (route.style === 'menu') {
    return { calls: [{ method: MENU, params: { locale: route.locale } }], isBatch: false };
  }
  const parsed = parseJson(body, route.style);
  if (route.style === 'rest') {
    if (!isRecord(parsed)) return MALFORMED_JSON;
    return { calls: [{ method: route.method, params: parsed }], isBatch: false };
  }
  const isBatch = Array.isArray(parsed);
  const elements: readonly unknown[] = isBatch ? parsed : [parsed];
  const calls = elements.flatMap((element) => rpcCall(route.service, element));
  if (calls.length === 0 || calls.length < elements.length) return MALFORMED_JSON;
  return { calls, isBatch };
}

/** The operations that a request asks for, as far as it can be read. */
export function apiMethods(path: string, body: string): readonly string[] {
  const route = parseRoute(path);
  const parsed = route && parseCalls(route, body);
  return parsed && 'calls' in parsed ? parsed.calls.map((call) => call.method) : [];
}

function parseJson(body: string, style: ApiRoute['style']): unknown {
  // Operations without parameters are called with no body at all in REST.
  if (style === 'rest' && body.trim() === '') return {};
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function rpcCall(service: ApiService, element: unknown): readonly SimulatedCall[] {
  if (!isRecord(element) || typeof element['method'] !== 'string') return [];
  const { method, params, id } = element;
  const prefix = methodPrefix(service);
  const name = method.startsWith(prefix) ? method.slice(prefix.length) : method;
  return [
    { method: name, params: isRecord(params) ? params : {}, ...(id !== undefined && { id }) },
  ];
}
