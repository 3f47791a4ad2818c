import { types } from 'node:util';
import { read } from '../../common/unknown-values.js';

/** How much of an answer Betfair refused for its session; `'some'` is a batch of which a part got through. */
export type Rejection = 'all' | 'some' | 'none';

/** Betfair's code for a token that is invalid or has expired, the same in every API. */
export const INVALID_SESSION = 'INVALID_SESSION_INFORMATION';

/** Longest text or binary body that is parsed, in bytes: a refused batch of some 200 calls. */
export const BODY_LIMIT = 65_536;

/** Errors looked at along a `cause` chain, the thrown one included. */
export const CHAIN_LIMIT = 8;

/** Longest batch that is looked through. */
const BATCH_LIMIT = 1_000;

/** The same code as a number. `ANGX-0002` and `AANGX-0001` are bad input: the prefix counts. */
const NUMBERS: ReadonlySet<unknown> = new Set(['ANGX-0003', 'AANGX-0002', 'HBT-0002']);
const MENTION = /INVALID_SESSION_INFORMATION|ANGX-0003|AANGX-0002|HBT-0002/;

/** The answer of a method, of anything at all, about a name such as that of a header. */
export function ask(value: unknown, method: PropertyKey, name: string): unknown {
  const answer = read(value, method);
  try {
    return typeof answer === 'function' ? Reflect.apply(answer, value, [name]) : undefined;
  } catch {
    return undefined;
  }
}

/** A test of anything at all; what makes it throw, such as a revoked proxy, does not pass. */
export function safely<T>(test: (value: unknown) => value is T): (value: unknown) => value is T {
  return (value): value is T => {
    try {
      return test(value);
    } catch {
      return false;
    }
  };
}

/** Tells lists that hold what they claim: a Proxy may claim any length, and another whenever it is asked. */
export const isList = safely(
  (value): value is readonly unknown[] => Array.isArray(value) && !types.isProxy(value),
);

/**
 * A body as a client resolves with it: parsed, or a JSON text or bytes that are the whole value. It counts only if it
 * is itself an envelope or a batch of them, however often something inside it mentions a rejection.
 */
export function inspectBody(body: unknown): Rejection {
  if (typeof body === 'string') return inspectText(body);
  if (typeof body !== 'object' || body === null) return 'none';
  if (isList(body)) return inspectBatch(body);
  try {
    if (types.isUint8Array(body) || types.isArrayBuffer(body)) return inspectBytes(body);
  } catch {
    return 'none'; // a detached buffer
  }
  return isRefusedEnvelope(body) ? 'all' : 'none';
}

/** What a client threw or hung on an error: a body, or one of the parts of a body that lead to the exception. */
export function inspectCarried(value: unknown): Rejection {
  const isRefused =
    exceptionCode(value) === INVALID_SESSION ||
    (read(value, 'errorCode') === INVALID_SESSION &&
      typeof read(value, 'errorDetails') === 'string') ||
    (typeof read(value, 'code') === 'number' &&
      isRefusal(read(value, 'data'), read(value, 'message')));
  return isRefused ? 'all' : inspectBody(value);
}

/** One JSON-RPC reply, REST fault or stream status. */
export function isRefusedEnvelope(body: object): boolean {
  if (typeof read(body, 'jsonrpc') === 'string') {
    return (
      (read(body, 'result') ?? undefined) === undefined &&
      isRefusal(read(read(body, 'error'), 'data'), read(read(body, 'error'), 'message'))
    );
  }
  if (typeof read(body, 'faultcode') === 'string') {
    return isRefusal(read(body, 'detail'), read(body, 'faultstring'));
  }
  return (
    read(body, 'op') === 'status' &&
    read(body, 'statusCode') === 'FAILURE' &&
    read(body, 'errorCode') === INVALID_SESSION
  );
}

/** Decided by the code of the exception; by the number beside it only where there is no code to read. */
export function isRefusal(detail: unknown, number: unknown): boolean {
  const code = exceptionCode(detail);
  if (code !== undefined) return code === INVALID_SESSION;
  return typeof number === 'string' && NUMBERS.has(number.trim());
}

function exceptionCode(detail: unknown): string | undefined {
  const code = read(exceptionIn(detail), 'errorCode');
  return typeof code === 'string' && code !== '' ? code : undefined;
}

/** The exception in `data` or `detail`: under a name that differs between services and that `exceptionname` gives. */
export function exceptionIn(detail: unknown): unknown {
  const name = read(detail, 'exceptionname');
  return typeof name === 'string'
    ? read(detail, name)
    : (read(detail, 'APINGException') ?? read(detail, 'AccountAPINGException'));
}

function inspectBatch(replies: readonly unknown[]): Rejection {
  const { length } = replies;
  if (length > BATCH_LIMIT) return 'none';
  let refused = 0;
  for (let index = 0; index < length; index += 1) {
    const reply = read(replies, index);
    if (typeof reply !== 'object' || reply === null) return 'none';
    if (isRefusedEnvelope(reply)) refused += 1;
    // One element that is no reply: this is a list of something else, and long lists are seldom anything but.
    else if (typeof read(reply, 'jsonrpc') !== 'string') return 'none';
  }
  if (refused === 0) return 'none';
  return refused === length ? 'all' : 'some';
}

function inspectBytes(body: Uint8Array | ArrayBuffer): Rejection {
  // The decoder drops a byte order mark, as `response.json()` does.
  return body.byteLength > BODY_LIMIT ? 'none' : inspectText(new TextDecoder().decode(body));
}

function inspectText(text: string): Rejection {
  const body = text.length > BODY_LIMIT ? undefined : parseMention(text);
  return inspectBody(body);
}

/** The value of a JSON text that mentions a rejection, unless it is a text itself: JSON in JSON is a mention only. */
export function parseMention(text: string): object | undefined {
  if (!MENTION.test(text)) return undefined;
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? body : undefined;
  } catch {
    return undefined;
  }
}
