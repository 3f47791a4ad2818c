import type { Transform } from 'node:stream';
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
} from 'node:zlib';

/** What is said of the encodings that answers may have. */
export const ACCEPT_ENCODING = 'gzip, deflate, br';

/** As browsers do: what has arrived is given at once, and an end that comes early is no fault of its own. */
const ZLIB = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH };
const BROTLI = {
  flush: constants.BROTLI_OPERATION_FLUSH,
  finishFlush: constants.BROTLI_OPERATION_FLUSH,
};

/** Makes the decoder of a body that begins with a byte. */
export type DecoderFactory = (first: number | undefined) => Transform;

const DECODERS: ReadonlyMap<string, DecoderFactory> = new Map<string, DecoderFactory>([
  ['gzip', () => createGunzip(ZLIB)],
  ['x-gzip', () => createGunzip(ZLIB)],
  ['br', () => createBrotliDecompress(BROTLI)],
  // Some servers leave the header of zlib out; its first byte tells.
  ['deflate', (first = 0) => (first % 16 === 8 ? createInflate(ZLIB) : createInflateRaw(ZLIB))],
]);

/** The decoder for a `Content-Encoding`; a body with another, or several, is handed on as it came. */
export function decoderFor(contentEncoding: string | null): DecoderFactory | undefined {
  return contentEncoding === null ? undefined : DECODERS.get(contentEncoding.trim().toLowerCase());
}
