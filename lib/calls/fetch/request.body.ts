import { PassThrough, Readable } from 'node:stream';
import { types } from 'node:util';
import { read } from '../../common/unknown-values.js';

/** A body that is ready to be sent. */
export interface RequestBody {
  readonly content: string | Uint8Array | Readable | null;
  /** What its kind says of its content, such as the boundary of a form. */
  readonly contentType?: string | undefined;
}

const NO_TEXT = 'The body of a request is an object. Write it as text: JSON.stringify(body).';
export const NO_BODY: RequestBody = { content: null };

/**
 * Copies a body before its caller can change it; a promise where only reading it gives its bytes. A stream stays one,
 * and can be sent once.
 *
 * @throws TypeError it is an object that has no form of its own on the wire, or a stream that was read already
 */
export function copyBody(body: unknown): RequestBody | Promise<RequestBody> {
  if (body === undefined || body === null) return NO_BODY;
  if (typeof body === 'string') return { content: body };
  if (typeof body === 'number' || typeof body === 'boolean') return { content: `${body}` };
  if (typeof body !== 'object') throw new TypeError(NO_TEXT);
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

/** Reads a `Blob`, or the body of a `Request`, of any implementation; one that can be read once is used from now on. */
export async function readBody(body: Readables): Promise<RequestBody> {
  const contentType = text(body, 'type');
  const bytes = Buffer.from(await body.arrayBuffer());
  return bytes.byteLength === 0 ? NO_BODY : { content: bytes, contentType };
}

/** Whether the same body can be sent a second time. */
export function isRepeatable({ content }: RequestBody): boolean {
  return !(content instanceof Readable);
}

/** Whether the answer to a body has the form of JSON-RPC, which wraps a refusal in status 200; a stream may. */
export function mayBeJsonRpc({ content }: RequestBody): boolean {
  if (content === null) return false;
  if (content instanceof Readable) return true;
  return typeof content === 'string'
    ? content.includes('"jsonrpc"')
    : Buffer.from(content.buffer, content.byteOffset, content.byteLength).includes('"jsonrpc"');
}

/** The calls in a JSON-RPC body; `undefined` if it cannot be told. */
export function callsIn({ content }: RequestBody): readonly unknown[] | undefined {
  if (content === null || content instanceof Readable) return undefined;
  try {
    const json = typeof content === 'string' ? content : new TextDecoder().decode(content);
    const calls: unknown = JSON.parse(json);
    return Array.isArray(calls) ? calls : [calls];
  } catch {
    return undefined;
  }
}

/** The `id` of a call or a reply as JSON, in which a number differs from its text. */
export function idOf(call: unknown): string {
  return JSON.stringify(read(call, 'id') ?? null);
}

interface Readables {
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** Refuses a web stream that was read, or is being read: its rest is not what was meant. */
function unread(body: AsyncIterable<unknown>): AsyncIterable<unknown> {
  return body instanceof ReadableStream ? (new Response(body).body ?? body) : body;
}

/** A failure of a stream before it is sent is told by the request, and must not end the process. */
function quiet(stream: Readable): Readable {
  return stream.on('error', () => undefined);
}

/** Piped, which is what starts a stream of that kind. */
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

/** Whether a value is a form, of whatever implementation. */
export function isForm(value: unknown): value is Iterable<[string, unknown]> & object {
  const isTagged = read(value, Symbol.toStringTag) === 'FormData';
  return isTagged && typeof read(value, Symbol.iterator) === 'function';
}

/** Its entries are read at once, the bytes of its files later. */
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

function text(value: unknown, name: string): string | undefined {
  const found = read(value, name);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/** Parameters of any implementation, and whatever else writes itself as text. */
function textOf(body: object): URLSearchParams | string {
  if (body instanceof URLSearchParams) return body;
  const toText = read(body, 'toString');
  const found: unknown = typeof toText === 'function' ? Reflect.apply(toText, body, []) : undefined;
  if (typeof found !== 'string' || Array.isArray(body) || /^\[object .*\]$/.test(found)) {
    throw new TypeError(NO_TEXT);
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

/** A stream of the kind before Node 0.10, such as a form of the package `form-data`: it cannot be iterated. */
export function isOldStream(value: unknown): value is NodeJS.ReadableStream {
  return (
    typeof read(value, 'pipe') === 'function' && read(value, Symbol.asyncIterator) === undefined
  );
}
