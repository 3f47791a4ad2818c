import { PassThrough, Readable } from 'node:stream';
import { types } from 'node:util';
import { read } from '../rejection/rejection-envelope.js';

/** A body that is ready to be sent. */
export interface RequestBody {
  readonly content: string | Uint8Array | Readable | null;
  /** What its kind says of its content, such as the boundary of a form. */
  readonly contentType?: string | undefined;
}

const NO_BODY: RequestBody = { content: null };

/**
 * Copies a body before its caller can change it; a promise where only reading it gives its bytes. A stream stays one,
 * and can be sent once.
 */
export function copyBody(body: unknown): RequestBody | Promise<RequestBody> {
  if (body === undefined || body === null) return NO_BODY;
  if (typeof body === 'string') return { content: body };
  if (types.isArrayBufferView(body)) {
    return { content: Buffer.from(Buffer.from(body.buffer, body.byteOffset, body.byteLength)) };
  }
  if (types.isAnyArrayBuffer(body)) return { content: Buffer.from(Buffer.from(body)) };
  if (body instanceof Readable) return { content: body };
  if (isAsyncIterable(body)) return { content: Readable.from(body) };
  // A stream of the kind before Node 0.10, such as a form of the package `form-data`.
  if (isOldStream(body)) return { content: modern(body) };
  // Its entries are read at once, its bytes later.
  return encode(new Response(formOf(body) ?? asInit(body)));
}

/** Reads the body of a request of any implementation, which marks it as used at once. */
export async function readBody(request: {
  arrayBuffer(): Promise<ArrayBuffer>;
}): Promise<RequestBody> {
  const bytes = Buffer.from(await request.arrayBuffer());
  return bytes.byteLength === 0 ? NO_BODY : { content: bytes };
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

/** How many calls a JSON-RPC body makes; `undefined` where that cannot be told. */
export function countCalls({ content }: RequestBody): number | undefined {
  if (content === null || content instanceof Readable) return undefined;
  try {
    const text = typeof content === 'string' ? content : new TextDecoder().decode(content);
    const calls: unknown = JSON.parse(text);
    return Array.isArray(calls) ? calls.length : 1;
  } catch {
    return undefined;
  }
}

/** Piped, which is what starts a stream of that kind. */
function modern(stream: NodeJS.ReadableStream): Readable {
  const body = new PassThrough();
  stream.on('error', (error: Error) => body.destroy(error));
  return stream.pipe(body);
}

async function encode(response: Response): Promise<RequestBody> {
  const contentType = response.headers.get('content-type') ?? undefined;
  return { content: Buffer.from(await response.arrayBuffer()), contentType };
}

/** A form of another implementation as one of Node's, which alone knows how to write it. */
function formOf(body: object): FormData | undefined {
  if (body instanceof FormData || read(body, Symbol.toStringTag) !== 'FormData') return undefined;
  const form = new FormData();
  if (isEntries(body)) {
    for (const [name, value] of body) {
      if (value instanceof Blob) form.append(name, value);
      else form.append(name, String(value));
    }
  }
  return form;
}

/** What the `Response` of Node makes bytes of: its own kinds, and what writes itself as text. */
function asInit(body: object): Blob | FormData | URLSearchParams | string {
  const isKnown =
    body instanceof Blob || body instanceof FormData || body instanceof URLSearchParams;
  if (isKnown) return body;
  const toText = read(body, 'toString');
  if (typeof toText === 'function' && toText !== Object.prototype.toString) {
    return String(Reflect.apply(toText, body, []));
  }
  throw new TypeError('The body of a request is an object. Write it as JSON.stringify(body).');
}

function isEntries(value: object): value is Iterable<[string, unknown]> {
  return Symbol.iterator in value;
}

function isAsyncIterable(value: object): value is AsyncIterable<unknown> {
  return Symbol.asyncIterator in value;
}

/** A stream of the kind before Node 0.10, which cannot be iterated. */
export function isOldStream(value: unknown): value is NodeJS.ReadableStream {
  return (
    typeof read(value, 'pipe') === 'function' && read(value, Symbol.asyncIterator) === undefined
  );
}
