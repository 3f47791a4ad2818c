import type { Transform } from 'node:stream';
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
} from 'node:zlib';

export const ACCEPT_ENCODING = 'gzip, deflate, br';

/** Behaviour of browsers: hands decoded bytes on at once, and accepts an early end. */
const ZLIB = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH };
const BROTLI = {
  flush: constants.BROTLI_OPERATION_FLUSH,
  finishFlush: constants.BROTLI_OPERATION_FLUSH,
};

/** Makes the decoder of a body; `first` is its first byte. */
export type DecoderFactory = (first: number | undefined) => Transform;

const DECODERS: ReadonlyMap<string, DecoderFactory> = new Map<string, DecoderFactory>([
  ['gzip', () => createGunzip(ZLIB)],
  ['x-gzip', () => createGunzip(ZLIB)],
  ['br', () => createBrotliDecompress(BROTLI)],
  // Some servers leave out the header of zlib, which the first byte shows.
  ['deflate', (first = 0) => (first % 16 === 8 ? createInflate(ZLIB) : createInflateRaw(ZLIB))],
]);

/** Finds the decoder for a `Content-Encoding`. A body with an unknown one, or several, is passed on as it is. */
export function decoderFor(contentEncoding: string | null): DecoderFactory | undefined {
  return contentEncoding === null ? undefined : DECODERS.get(contentEncoding.trim().toLowerCase());
}
