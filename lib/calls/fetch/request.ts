import type { AbortSignalLike } from '../../common/abort-listener.js';
import { BetfairSessionError } from '../../errors/index.js';
import { isRead } from '../operation.js';
import { read } from '../../common/unknown-values.js';
import { callsIn, copyBody, readBody, type RequestBody } from './request.body.js';
import { copyHeaders } from './request.headers.js';

/** Copy of a request, which later changes by the caller do not affect. */
export interface PreparedRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers | undefined;
  readonly body: RequestBody | Promise<RequestBody>;
  readonly signal: AbortSignalLike | undefined;
  /** True if a redirect must fail the request. */
  readonly failsOnRedirect: boolean;
  /** Keeps a `Request` in memory, so that its signal still follows the caller's. */
  readonly input: unknown;
}

/** Members of a `Request`, of any implementation, that are used. */
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

/** Methods that WHATWG fetch converts to capitals. */
const NORMALIZED = new Set(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT']);

/**
 * Copies what `fetch` was given, synchronously.
 *
 * @throws BetfairSessionError `BETFAIR_FOREIGN_URL`
 * @throws TypeError WHATWG fetch would not send the request either
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
  const headers = copyHeaders(init.headers ?? request?.headers, request !== undefined);
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
 * Tells if a request is provably a read, by the path of REST or all calls in the body of JSON-RPC.
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

function resolveUrl(api: URL, input: string): URL {
  const url = new URL(input, api);
  const isAnonymous = url.username === '' && url.password === '';
  // The origin alone would let `blob:https://…` through.
  if (url.origin === api.origin && url.protocol === api.protocol && isAnonymous) return url;
  const reason = isAnonymous
    ? `not to ${url.protocol}//${url.host}`
    : 'and the URL must not contain a user name or password';
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
  if (!/^[!#$%&'*+.^_`|~\w-]+$/.test(method))
    throw new TypeError(`'${method}' is not an HTTP method.`);
  const upper = method.toUpperCase();
  if (upper === 'CONNECT' || upper === 'TRACE' || upper === 'TRACK') {
    throw new TypeError(`'${method}' HTTP method is unsupported.`);
  }
  return NORMALIZED.has(upper) ? upper : method;
}

/** Recognises a `Request` by its members: undici, node-fetch and other realms have classes of their own. */
function isRequestLike(input: unknown): input is RequestLike {
  return (
    typeof input === 'object' &&
    input !== null &&
    typeof Reflect.get(input, 'url') === 'string' &&
    typeof Reflect.get(input, 'arrayBuffer') === 'function'
  );
}
