import type { Clock } from '../clock.js';
import type { Dispatcher } from './undici.js';

/** Milliseconds that a request waits for a connection at most. */
const LONGEST_WAIT_MS = 60_000;

/** A request, and whether its caller has given it up. */
export interface PooledRequest extends Dispatcher.DispatchOptions {
  readonly isGivenUp?: (() => boolean) | undefined;
}

/** A request that waits for a connection. */
export interface Waiting {
  readonly options: PooledRequest;
  readonly handler: Dispatcher.DispatchHandler;
  readonly since: number;
}

/** Requests that wait for a connection, in the order in which they came. */
export class WaitingLine {
  readonly #line: Waiting[] = [];

  constructor(private readonly clock: Clock) {}

  get length(): number {
    return this.#line.length;
  }

  get first(): Waiting | undefined {
    return this.#line[0];
  }

  push(options: PooledRequest, handler: Dispatcher.DispatchHandler): void {
    this.#line.push({ options, handler, since: this.clock.monotonic() });
  }

  shift(): Waiting | undefined {
    return this.#line.shift();
  }

  failFirst(error: Error): void {
    const first = this.#line.shift();
    if (first) fail(first.handler, error);
  }

  failAll(error: Error): void {
    while (this.first) this.failFirst(error);
  }

  /** Drops from the front those whose callers no longer wait, which must never be sent; tells whether there were any. */
  dropLate(): boolean {
    const { length } = this.#line;
    if (length === 0) return false;
    const late = this.clock.monotonic() - LONGEST_WAIT_MS;
    for (let { first } = this; first; { first } = this) {
      if (first.since > late && !first.options.isGivenUp?.()) break;
      this.failFirst(new Error(`No connection within ${LONGEST_WAIT_MS} ms.`));
    }
    return this.#line.length < length;
  }
}

/** Fails a request that was never given to a connection. */
export function fail(handler: Dispatcher.DispatchHandler, error: Error): void {
  // A proxy agent hands on handlers of the older kind.
  if (handler.onError) handler.onError(error);
  else handler.onResponseError?.(NEVER_SENT, error);
}

const NEVER_SENT: Dispatcher.DispatchController = {
  aborted: false,
  paused: false,
  reason: null,
  rawHeaders: null,
  rawTrailers: null,
  abort: () => undefined,
  pause: () => undefined,
  resume: () => undefined,
};
