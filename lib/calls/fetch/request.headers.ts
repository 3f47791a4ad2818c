import { APPLICATION_KEY_HEADER, TOKEN_HEADER } from '../../common/betfair-headers.js';
import type { BetfairSession } from '../../betfair-session.js';
import { ACCEPT_ENCODING } from './content-encoding.js';

/** Content type that Node's `Request` gives a text. Betfair takes only JSON. */
const DEFAULT_TEXT_TYPE = 'text/plain;charset=UTF-8';

/** Headers of the connection, not of the request. A `Host` would also decide whose certificate is accepted. */
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

/** Copies the headers of the caller, without those that are not for the caller to set. */
export function copyHeaders(
  given: RequestInit['headers'],
  isOfRequest: boolean,
): Headers | undefined {
  if (given === undefined) return undefined;
  const headers = new Headers(given);
  if (isOfRequest && headers.get('content-type') === DEFAULT_TEXT_TYPE) {
    headers.delete('content-type');
  }
  for (const name of CONNECTION_HEADERS) headers.delete(name);
  return headers;
}

/** Makes the headers of a request that is sent with a session. */
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
  headers[TOKEN_HEADER] = session.token;
  headers[APPLICATION_KEY_HEADER] = session.applicationKey;
  return headers;
}
