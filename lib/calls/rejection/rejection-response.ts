import type { ReadableStream, ReadableStreamDefaultReader } from 'node:stream/web';
import { types } from 'node:util';
import { systemClock } from '../../common/clock.js';
import { inTime } from '../../common/deadline.js';
import { isObject, read } from '../../common/unknown-values.js';
import { ask, MAX_BODY_BYTES, inspectBody, type Rejection } from './rejection-envelope.js';

/** Milliseconds for reading an answer here, whose body may never end. */
const LOOK_TIMEOUT_MS = 1_000;

/** Members of a Fetch `Response` that a peek uses. */
export interface PeekableResponse {
  clone(): { readonly body: ReadableStream<unknown> | null };
}

/** Answers of `SessionService.fetch`, which were inspected already. */
const judged = new WeakSet<object>();

/** Marks an answer as inspected. */
export function markJudged(response: Response): Response {
  judged.add(response);
  return response;
}

export function wasJudged(value: unknown): boolean {
  return isObject(value) && judged.has(value);
}

/** Tells if a refusal can have this status. Betfair uses 200 or 400; 403 and 5xx have other causes. */
export function mayRefuse(status: unknown): boolean {
  return typeof status !== 'number' || (status < 500 && status !== 403);
}

/**
 * Recognises an unread Fetch `Response` (any implementation over web streams) that may be a refusal: JSON with a status
 * that a refusal can have, which is not 200 if the URL is one of REST.
 */
export function isPeekable(value: unknown): value is PeekableResponse {
  if (read(value, 'bodyUsed') !== false || typeof read(value, 'clone') !== 'function') return false;
  const body = read(value, 'body');
  const status = read(value, 'status');
  const url = read(value, 'url');
  const isRest = typeof url === 'string' && url !== '' && !url.includes('json-rpc');
  return (
    read(body, 'locked') === false &&
    typeof read(body, 'getReader') === 'function' &&
    mayRefuse(status) &&
    !(isRest && status === 200) &&
    /[/+]json\s*(;|$)/i.test(header(value, 'content-type')) &&
    // Holds for compressed bodies too, whose text is even longer.
    !(Number(header(value, 'content-length')) > MAX_BODY_BYTES)
  );
}

/**
 * Recognises a result whose body is an unread Node stream (`undici.request`, `node-fetch`, axios with streams). Reading
 * it here would take it from the caller, so a refusal inside stays unnoticed.
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
 * Inspects a clone, so that the response itself stays unread. A failure counts as `'none'`: the caller meets it when
 * reading the body.
 */
export async function inspectResponse(response: PeekableResponse): Promise<Rejection> {
  try {
    const body = await readSmallBody(response);
    return body === undefined ? 'none' : inspectBody(body);
  } catch {
    return 'none';
  }
}

/** Reads the whole body; `undefined` if it is too long, or takes too long, for a refusal. */
async function readSmallBody(response: PeekableResponse): Promise<Uint8Array | undefined> {
  const reader = response.clone().body?.getReader();
  if (reader === undefined) return undefined;
  try {
    return await inTime(systemClock, LOOK_TIMEOUT_MS, readUpToLimit(reader), undefined);
  } finally {
    // An open clone would keep a cancelled response going. Not awaited, because it settles only with the response.
    reader.cancel().catch(() => undefined);
  }
}

async function readUpToLimit(
  reader: ReadableStreamDefaultReader<unknown>,
): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  while (size <= MAX_BODY_BYTES) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(chunks);
    if (!types.isUint8Array(value)) return undefined;
    chunks.push(value);
    size += value.byteLength;
  }
  return undefined;
}

function header(value: unknown, name: string): string {
  const text = ask(read(value, 'headers'), 'get', name);
  return typeof text === 'string' ? text : '';
}
