import { APPLICATION_KEY_HEADER, TOKEN_HEADER } from '../../common/betfair-headers.js';
import type { AbortSignalLike } from '../../common/abort-listener.js';
import type { BetfairSession } from '../../betfair-session.js';
import { BetfairSessionError } from '../../errors/index.js';
import { ACCEPT_ENCODING } from './content-encoding.js';
import { isRead } from '../operation.js';
import { read } from '../../common/unknown-values.js';
import { callsIn, copyBody, readBody, type RequestBody } from './request.body.js';

/** A request as it was when it was handed in: nothing that its caller changes later changes it. */
export interface PreparedRequest {
  readonly url: URL;
  readonly method: string;
  /** The caller's. */
  readonly headers: Headers | undefined;
  readonly body: RequestBody | Promise<RequestBody>;
  readonly signal: AbortSignalLike | undefined;
  /** Whether an answer that is a redirect is a fault. */
  readonly failsOnRedirect: boolean;
  /** Keeps a `Request` in memory, without which its signal would no longer follow that of its caller. */
  readonly input: unknown;
}

/** The part of a `Request`, of whatever implementation, that is used. */
interface RequestLike {
  readonly url: string;
  readonly method: string;
  readonly headers: RequestInit['headers'];
  readonly signal?: AbortSignalLike | null;
  readonly redirect?: string;
  readonly body?: unknown;
  readonly bodyUsed?: boolean;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** Methods that WHATWG fetch writes in capitals, however they are given. */
const NORMALIZED = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT']);

/** The type that Node's `Request` gives a text. Betfair takes only JSON. */
const TEXT_BY_DEFAULT = 'text/plain;charset=UTF-8';

/** Belong to the connection, not to the request; a `Host` would also decide whose certificate is accepted. */
const CONNECTION_HEADERS = [
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
] as const;

/**
 * Copies what `fetch` was given, synchronously.
 *
 * @throws BetfairSessionError `BETFAIR_FOREIGN_URL`
 * @throws TypeError what cannot be sent, as WHATWG fetch
 */
export function prepareRequest(
  api: URL,
  input: string | URL | Request,
  given?: RequestInit,
): PreparedRequest {
  const init = given ?? {};
  const request = isRequestLike(input) ? input : undefined;
  const url = resolveUrl(api, request ? request.url : urlText(input));
  const method = normalizeMethod(init.method ?? request?.method ?? 'GET');
  const lines = init.headers ?? request?.headers;
  const headers = lines === undefined ? undefined : new Headers(lines);
  if (request && headers?.get('content-type') === TEXT_BY_DEFAULT) headers.delete('content-type');
  for (const name of CONNECTION_HEADERS) headers?.delete(name);
  const isBodiless = method === 'GET' || method === 'HEAD';
  // Some implementations do not show their body.
  const own = request && 'body' in request ? request.body : isBodiless ? undefined : request;
  const hasBody = (init.body ?? own ?? undefined) !== undefined;
  if (hasBody && isBodiless) {
    throw new TypeError('Request with GET/HEAD method cannot have body.');
  }
  if (request?.bodyUsed && init.body === undefined) {
    throw new TypeError(
      'Cannot construct a Request with a Request object that has already been used.',
    );
  }
  const signal = checkedSignal(init.signal === undefined ? request?.signal : init.signal);
  // Last, because it begins to read the body of a `Request`.
  const body =
    request && (init.body ?? undefined) === undefined && hasBody
      ? readBody(request)
      : copyBody(init.body);
  return {
    url,
    method,
    headers,
    body,
    signal,
    failsOnRedirect: (init.redirect ?? request?.redirect) === 'error',
    input,
  };
}

/**
 * Tells if a request is provably a read: every operation in it is, by the path of REST or the body of JSON-RPC.
 *
 * @returns `undefined` if that depends on a body that has not been read yet
 */
export function isReadRequest(
  { url }: PreparedRequest,
  body: RequestBody | undefined,
): boolean | undefined {
  const path = url.pathname.replace(/\/+$/, '');
  if (!path.includes('/json-rpc')) return isRead(path);
  if (body === undefined) return undefined;
  const calls = callsIn(body);
  return calls !== undefined && calls.length > 0 && calls.every(isReadCall);
}

function isReadCall(call: unknown): boolean {
  const method = read(call, 'method');
  return typeof method === 'string' && isRead(method);
}

/** The headers of a request that is sent with a session. */
export function headersFor(
  session: BetfairSession,
  given: Headers | undefined,
  contentType: string | undefined,
): Record<string, string> {
  // Without a prototype, which undici would read too.
  const headers: Record<string, string> = Object.assign(Object.create(null), {
    accept: 'application/json',
    'content-type': contentType ?? 'application/json',
    'accept-encoding': ACCEPT_ENCODING,
    'user-agent': 'node',
  });
  given?.forEach((value, name) => (headers[name] = value));
  headers[TOKEN_HEADER.toLowerCase()] = session.token;
  headers[APPLICATION_KEY_HEADER.toLowerCase()] = session.applicationKey;
  return headers;
}

function resolveUrl(api: URL, input: string): URL {
  const url = new URL(input, api);
  const anonymous = url.username === '' && url.password === '';
  // The origin alone would let `blob:https://…` through.
  if (url.origin === api.origin && url.protocol === api.protocol && anonymous) return url;
  const reason = anonymous ? `not to ${url.protocol}//${url.host}` : 'in a URL without user name';
  throw new BetfairSessionError(
    `The session is sent only to ${api.origin}, ${reason}. Use a path such as /exchange/betting/json-rpc/v1, set endpoints.api to the API that you mean, or call other hosts with another client.`,
    { code: 'BETFAIR_FOREIGN_URL', retryable: false },
  );
}

function checkedSignal(signal: AbortSignalLike | null | undefined): AbortSignalLike | undefined {
  if (signal === null || signal === undefined) return undefined;
  if (typeof read(signal, 'addEventListener') === 'function') return signal;
  throw new TypeError('The signal of a request must be an AbortSignal.');
}

function urlText(input: string | URL | Request): string {
  const text = typeof input === 'string' ? input : read(input, 'href');
  if (typeof text === 'string') return text;
  throw new TypeError('fetch() takes a path, a URL or a Request.');
}

function normalizeMethod(method: string): string {
  if (!/^[!#$%&'*+.^_`|~\w-]+$/.test(method)) throw new TypeError(`'${method}' is no HTTP method.`);
  const upper = method.toUpperCase();
  if (upper === 'CONNECT' || upper === 'TRACE' || upper === 'TRACK') {
    throw new TypeError(`'${method}' HTTP method is unsupported.`);
  }
  return NORMALIZED.has(upper) ? upper : method;
}

/** By its shape: the classes of the package `undici`, of node-fetch and of other realms are not Node's. */
function isRequestLike(input: unknown): input is RequestLike {
  return (
    typeof input === 'object' &&
    input !== null &&
    typeof Reflect.get(input, 'url') === 'string' &&
    typeof Reflect.get(input, 'arrayBuffer') === 'function'
  );
}
