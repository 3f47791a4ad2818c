import { isForm, isOldStream, modernStream } from '../calls/fetch/request.body.js';
import { read } from '../common/unknown-values.js';

/** Members of `AxiosHeaders` that are used. */
interface HeadersLike {
  getContentType(): unknown;
  setContentType(type: string): unknown;
  set(name: string, value: unknown): unknown;
}

/**
 * Converts a body, after the transformations of the application, to one that axios passes to fetch unchanged. Axios
 * gives forms a wrong type, and cannot send streams of the kind before Node 0.10. Text and bytes without a type become
 * JSON, the only type that Betfair takes.
 */
export function encodeBody(data: unknown, headers: HeadersLike): unknown {
  if (isOldStream(data)) {
    // A form of the package `form-data` knows its type.
    for (const [name, value] of headersOf(data)) headers.set(name, value);
    preferJson(headers);
    return modernStream(data);
  }
  if (isForm(data)) {
    if (!(data instanceof FormData)) {
      throw new TypeError(
        'An axios instance with a Betfair session cannot send this form. Use the global FormData of Node.',
      );
    }
    const encoded = new Response(data);
    headers.setContentType(encoded.headers.get('content-type') ?? '');
    return encoded.body;
  }
  const type = read(data, 'type');
  if (data instanceof Blob && typeof type === 'string' && type !== '') headers.setContentType(type);
  preferJson(headers);
  return data;
}

function preferJson(headers: HeadersLike): void {
  if (!headers.getContentType()) headers.setContentType('application/json');
}

function headersOf(form: object): [string, unknown][] {
  const getHeaders = read(form, 'getHeaders');
  const own: unknown = typeof getHeaders === 'function' ? Reflect.apply(getHeaders, form, []) : {};
  return typeof own === 'object' && own !== null ? Object.entries(own) : [];
}
