import { Stream } from 'node:stream';

/** A stream of the kind before Node 0.10, as forms of the package `form-data` are: it can be piped, and nothing else. */
export function oldStream(body: string, getHeaders?: unknown): Stream {
  class OldStream extends Stream {
    readonly getHeaders = getHeaders;

    override pipe<T extends NodeJS.WritableStream>(destination: T): T {
      setImmediate(() => {
        this.emit('data', body);
        this.emit('end');
      });
      return super.pipe(destination);
    }
  }
  return new OldStream();
}
