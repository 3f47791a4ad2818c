import { types } from 'node:util';
import { read, parseJson } from '../../common/unknown-values.js';

/** Share of an answer that Betfair refused for its session. `'some'` is a batch of which a part got through. */
export type Rejection = 'all' | 'some' | 'none';

/** Betfair's code for a token that is invalid or has expired, the same in every API. */
export const INVALID_SESSION = 'INVALID_SESSION_INFORMATION';

/** Bytes of the longest body that is parsed: a refused batch of about 200 calls. */
export const MAX_BODY_BYTES = 65_536;

/** Number of errors inspected along a `cause` chain, the thrown one included. */
export const MAX_CHAIN_LENGTH = 8;

/** Number of replies in the longest batch that is inspected. */
const MAX_BATCH_LENGTH = 1_000;

/** Numbers of the same code. The prefix counts: `ANGX-0002` and `AANGX-0001` are bad input. */
const NUMBERS: ReadonlySet<unknown> = new Set(['ANGX-0003', 'AANGX-0002', 'HBT-0002']);
const MENTION = /INVALID_SESSION_INFORMATION|ANGX-0003|AANGX-0002|HBT-0002/;

/** Calls a method of any value with a name, such as that of a header; `undefined` if that fails. */
export function ask(value: unknown, method: PropertyKey, name: string): unknown {
  const answer = read(value, method);
  try {
    return typeof answer === 'function' ? Reflect.apply(answer, value, [name]) : undefined;
  } catch {
    return undefined;
  }
}

/** Makes a type guard that never throws: a value on which it would, such as a revoked proxy, does not pass. */
export function safely<T>(test: (value: unknown) => value is T): (value: unknown) => value is T {
  return (value): value is T => {
    try {
      return test(value);
    } catch {
      return false;
    }
  };
}

/** Recognises real arrays. A Proxy may report any length, and another one each time. */
export const isList = safely(
  (value): value is readonly unknown[] => Array.isArray(value) && !types.isProxy(value),
);

/**
 * Inspects a body as clients resolve with it: parsed, or as JSON text or bytes. Only an envelope or a batch of them
 * counts, not a value that mentions a rejection somewhere inside.
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

/** Inspects what a client threw or attached to an error: a body, or the part of a body around the exception. */
export function inspectCarried(value: unknown): Rejection {
  const isRefused =
    exceptionCode(value) === INVALID_SESSION ||
    (read(value, 'errorCode') === INVALID_SESSION &&
      typeof read(value, 'errorDetails') === 'string') ||
    (typeof read(value, 'code') === 'number' &&
      isRefusal(read(value, 'data'), read(value, 'message')));
  return isRefused ? 'all' : inspectBody(value);
}

/** Recognises a JSON-RPC reply, REST fault or stream status that refuses the session. */
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

/** Recognises a refusal by the code of the exception, or by the number beside it if there is no code. */
export function isRefusal(detail: unknown, number: unknown): boolean {
  const code = exceptionCode(detail);
  if (code !== undefined) return code === INVALID_SESSION;
  return typeof number === 'string' && NUMBERS.has(number.trim());
}

function exceptionCode(detail: unknown): string | undefined {
  const code = read(exceptionIn(detail), 'errorCode');
  return typeof code === 'string' && code !== '' ? code : undefined;
}

/** Finds the exception in `data` or `detail`. Its name differs between services; `exceptionname` gives it. */
export function exceptionIn(detail: unknown): unknown {
  const name = read(detail, 'exceptionname');
  return typeof name === 'string'
    ? read(detail, name)
    : (read(detail, 'APINGException') ?? read(detail, 'AccountAPINGException'));
}

function inspectBatch(replies: readonly unknown[]): Rejection {
  const { length } = replies;
  if (length > MAX_BATCH_LENGTH) return 'none';
  let refused = 0;
  for (let index = 0; index < length; index += 1) {
    const reply = read(replies, index);
    if (typeof reply !== 'object' || reply === null) return 'none';
    if (isRefusedEnvelope(reply)) refused += 1;
    // Not a reply, so this is a list of something else, as most long lists are.
    else if (typeof read(reply, 'jsonrpc') !== 'string') return 'none';
  }
  if (refused === 0) return 'none';
  return refused === length ? 'all' : 'some';
}

function inspectBytes(body: Uint8Array | ArrayBuffer): Rejection {
  // The decoder drops a byte order mark, as `response.json()` does.
  return body.byteLength > MAX_BODY_BYTES ? 'none' : inspectText(new TextDecoder().decode(body));
}

function inspectText(text: string): Rejection {
  const body = text.length > MAX_BODY_BYTES ? undefined : parseMention(text);
  return inspectBody(body);
}

/** Parses JSON that mentions a rejection, but no JSON text inside it: that is only a mention. */
export function parseMention(text: string): object | undefined {
  const body = MENTION.test(text) ? parseJson(text) : undefined;
  return typeof body === 'object' && body !== null ? body : undefined;
}
