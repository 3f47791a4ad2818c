import type { ReadableStream } from 'node:stream/web';
import { types } from 'node:util';
import { BODY_LIMIT, inspectBody, read, type Rejection } from './rejection-envelope.js';

/** The part of a Fetch `Response` that a peek uses. */
export interface PeekableResponse {
  clone(): { readonly body: ReadableStream<unknown> | null };
}

/** Longest single envelope in a response, in bytes; they are a few hundred. */
const ENVELOPE_LIMIT = 16_384;
/** So much of a body shows what it is. */
const HEAD = 128;

/** Whether a status can go with a refusal for the session: Betfair gives 200 or 400; 403 and 5xx are other troubles. */
export function mayRefuse(status: unknown): boolean {
  return typeof status !== 'number' || (status < 500 && status !== 403);
}

/** An unread Fetch `Response` (any implementation over web streams) with a JSON body that may be a refusal. */
export function isPeekable(value: unknown): value is PeekableResponse {
  if (read(value, 'bodyUsed') !== false || typeof read(value, 'clone') !== 'function') return false;
  const body = read(value, 'body');
  return (
    read(body, 'locked') === false &&
    typeof read(body, 'getReader') === 'function' &&
    mayRefuse(read(value, 'status')) &&
    /[/+]json\s*(;|$)/i.test(header(value, 'content-type')) &&
    // Compressed or not: a longer body is a longer text.
    !(Number(header(value, 'content-length')) > BODY_LIMIT)
  );
}

/**
 * A result whose body is an unread Node stream (`undici.request`, `node-fetch`, axios where told so). Reading it here
 * would take it from the caller, so a refusal inside it stays unseen.
 */
export function isUnpeekable(value: unknown): boolean {
  const body = read(value, 'body') ?? read(value, 'data');
  return (
    typeof (read(value, 'statusCode') ?? read(value, 'status')) === 'number' &&
    typeof read(value, 'headers') === 'object' &&
    typeof read(body, 'pipe') === 'function' &&
    read(body, 'readableDidRead') !== true
  );
}

/**
 * Reads the beginning of a clone, so that the response itself stays unread. A failure on the way is `'none'`: the
 * caller meets it when reading the body.
 */
export async function inspectResponse(response: PeekableResponse): Promise<Rejection> {
  try {
    const body = await readSmallBody(response);
    return body === undefined ? 'none' : inspectBody(body);
  } catch {
    return 'none';
  }
}

/** The whole body, or `undefined` as soon as it is plain that it is no envelope. */
async function readSmallBody(response: PeekableResponse): Promise<Uint8Array | undefined> {
  const reader = response.clone().body?.getReader();
  if (reader === undefined) return undefined;
  const chunks: Uint8Array[] = [];
  let size = 0;
  let limit = BODY_LIMIT;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return Buffer.concat(chunks);
      if (!types.isUint8Array(value)) return undefined;
      const hadHead = size >= HEAD;
      chunks.push(value);
      size += value.byteLength;
      if (!hadHead) limit = longestEnvelope(chunks);
      if (size > limit) return undefined;
    }
  } finally {
    // Not awaited: it settles only when the response itself has been read or cancelled.
    reader.cancel().catch(() => undefined);
  }
}

/** How long a body with this beginning may be and still be a refusal, in bytes; 0 if it cannot be one. */
function longestEnvelope(chunks: readonly Uint8Array[]): number {
  const bytes = Buffer.concat(chunks.map((chunk) => chunk.subarray(0, HEAD))).subarray(0, HEAD);
  const head = new TextDecoder().decode(bytes).trimStart();
  if (head === '') return BODY_LIMIT;
  if (head.startsWith('{')) return RESULT.test(head) ? 0 : ENVELOPE_LIMIT;
  if (!head.startsWith('[')) return 0;
  return NO_BATCH.test(head) ? 0 : BODY_LIMIT;
}

/** A JSON-RPC reply that succeeded: one that has a result has no error. Any order of the other two members. */
const RESULT =
  /^\{\s*(?:"jsonrpc"\s*:\s*"[^"\\]*"\s*,\s*|"id"\s*:\s*(?:\d+|null|"[^"\\]*")\s*,\s*)*"result"\s*:\s*[^\sn]/;

/** A list whose first element cannot be a JSON-RPC reply: it is no object, or begins with another member. */
const NO_BATCH = /^\[\s*(?:[^\s{]|\{\s*(?:[^\s"]|"(?!(?:jsonrpc|id|error|result)")[^"]*"))/;

function header(value: unknown, name: string): string {
  const headers = read(value, 'headers');
  const get = read(headers, 'get');
  try {
    const text: unknown = typeof get === 'function' ? Reflect.apply(get, headers, [name]) : '';
    return typeof text === 'string' ? text : '';
  } catch {
    return '';
  }
}
