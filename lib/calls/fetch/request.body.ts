import { PassThrough, Readable } from 'node:stream';
import { types } from 'node:util';
import { parseJson, read, text } from '../../common/unknown-values.js';

/** A body that is ready to be sent. */
export interface RequestBody {
  readonly content: string | Uint8Array | Readable | null;
  /** Content type that the body brings along, such as that of a form, with its boundary. */
  readonly contentType?: string | undefined;
}

const OBJECT_BODY = 'The body of a request is an object. Convert it to text: JSON.stringify(body).';
export const NO_BODY: RequestBody = { content: null };

/**
 * Copies a body before its caller can change it. Returns a promise if its bytes must be read first. A stream stays a
 * stream, which can be sent once.
 *
 * @throws TypeError the body is a plain object, or a stream that was read already
 */
export function copyBody(body: unknown): RequestBody | Promise<RequestBody> {
  if (body === undefined || body === null) return NO_BODY;
  if (typeof body === 'string') return { content: body };
  if (typeof body === 'number' || typeof body === 'boolean') return { content: `${body}` };
  if (typeof body !== 'object') throw new TypeError(OBJECT_BODY);
  if (types.isStringObject(body)) return { content: body.valueOf() };
  if (types.isArrayBufferView(body)) {
    return { content: Buffer.from(Buffer.from(body.buffer, body.byteOffset, body.byteLength)) };
  }
  if (types.isAnyArrayBuffer(body)) return { content: Buffer.from(Buffer.from(body)) };
  if (isForm(body)) return encodeForm(body);
  if (body instanceof Readable) return { content: quiet(body) };
  if (isAsyncIterable(body)) return { content: Readable.from(unread(body)) };
  if (isOldStream(body)) return { content: modernStream(body) };
  if (isReadable(body)) return readBody(body);
  return encode(new Response(textOf(body)));
}

/** Reads a `Blob`, or the body of a `Request`, of any implementation. A `Request` is used up by this. */
export async function readBody(body: Readables): Promise<RequestBody> {
  const contentType = text(body, 'type');
  const bytes = Buffer.from(await body.arrayBuffer());
  return bytes.byteLength === 0 ? NO_BODY : { content: bytes, contentType };
}

export function isRepeatable({ content }: RequestBody): boolean {
  return !(content instanceof Readable);
}

/** Tells if a body may be JSON-RPC, whose answers wrap a refusal in status 200. A stream may. */
export function mayBeJsonRpc({ content }: RequestBody): boolean {
  if (content === null) return false;
  if (content instanceof Readable) return true;
  return typeof content === 'string'
    ? content.includes('"jsonrpc"')
    : Buffer.from(content.buffer, content.byteOffset, content.byteLength).includes('"jsonrpc"');
}

/** Reads the calls in a JSON-RPC body; `undefined` if that is not possible. */
export function callsIn({ content }: RequestBody): readonly unknown[] | undefined {
  if (content === null || content instanceof Readable) return undefined;
  const calls = parseJson(
    typeof content === 'string' ? content : new TextDecoder().decode(content),
  );
  return calls === undefined || Array.isArray(calls) ? calls : [calls];
}

/** Reads the `id` of a call or reply as JSON, so that 1 and "1" differ. */
export function idOf(call: unknown): string {
  return JSON.stringify(read(call, 'id') ?? null);
}

interface Readables {
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** Throws if somebody has begun to read a web stream: only its rest would be sent. */
function unread(body: AsyncIterable<unknown>): AsyncIterable<unknown> {
  return body instanceof ReadableStream ? (new Response(body).body ?? body) : body;
}

/** Keeps an early error of a stream from ending the process; the request reports it. */
function quiet(stream: Readable): Readable {
  return stream.on('error', () => undefined);
}

/** Converts a stream of the kind before Node 0.10. Piping starts it. */
export function modernStream(stream: NodeJS.ReadableStream): Readable {
  const body = new PassThrough();
  quiet(body);
  stream.on('error', (error: Error) => body.destroy(error));
  return stream.pipe(body);
}

async function encode(response: Response): Promise<RequestBody> {
  const contentType = response.headers.get('content-type') ?? undefined;
  return { content: Buffer.from(await response.arrayBuffer()), contentType };
}

/** Recognises a form of any implementation. */
export function isForm(value: unknown): value is Iterable<[string, unknown]> & object {
  const isTagged = read(value, Symbol.toStringTag) === 'FormData';
  return isTagged && typeof read(value, Symbol.iterator) === 'function';
}

/** Encodes a form: reads its entries at once, and the bytes of its files later. */
async function encodeForm(form: Iterable<[string, unknown]>): Promise<RequestBody> {
  if (form instanceof FormData) return encode(new Response(form));
  const copy = new FormData();
  for (const [name, value] of Array.from(form)) {
    if (value instanceof Blob) copy.append(name, value);
    else if (isReadable(value)) copy.append(name, await blobOf(value), text(value, 'name'));
    else copy.append(name, String(value));
  }
  return encode(new Response(copy));
}

async function blobOf(file: Readables): Promise<Blob> {
  return new Blob([await file.arrayBuffer()], { type: text(file, 'type') ?? '' });
}

/** Converts parameters of any implementation, and other objects with a `toString` of their own. */
function textOf(body: object): URLSearchParams | string {
  if (body instanceof URLSearchParams) return body;
  const toText = read(body, 'toString');
  const found: unknown = typeof toText === 'function' ? Reflect.apply(toText, body, []) : undefined;
  if (typeof found !== 'string' || Array.isArray(body) || /^\[object .*\]$/.test(found)) {
    throw new TypeError(OBJECT_BODY);
  }
  const isParameters = read(body, Symbol.toStringTag) === 'URLSearchParams';
  return isParameters ? new URLSearchParams(found) : found;
}

function isReadable(value: unknown): value is Readables & object {
  return typeof read(value, 'arrayBuffer') === 'function';
}

function isAsyncIterable(value: object): value is AsyncIterable<unknown> {
  return Symbol.asyncIterator in value;
}

/** Recognises a stream of the kind before Node 0.10, which cannot be iterated, such as a form of `form-data`. */
export function isOldStream(value: unknown): value is NodeJS.ReadableStream {
  return (
    typeof read(value, 'pipe') === 'function' && read(value, Symbol.asyncIterator) === undefined
  );
}
