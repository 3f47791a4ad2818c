import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock, ClockTimer } from '../clock.js';
import type { Dispatcher } from './undici.js';

/** Milliseconds that a request waits for a connection. */
const MAX_WAIT_MS = 60_000;
/** Milliseconds without progress after which waiting requests need further connections. */
const STALLED_AFTER_MS = 50;

export interface PooledRequest extends Dispatcher.DispatchOptions {
  /** Tells if the caller no longer waits for the answer. */
  readonly isGivenUp?: (() => boolean) | undefined;
}

/** A request that waits for a connection. */
export interface Waiting {
  readonly options: PooledRequest;
  readonly handler: Dispatcher.DispatchHandler;
  readonly since: number;
  /** Runs work in the asynchronous context of the caller, in which tracers look for the span of the request. */
  readonly inContext: <T>(work: () => T) => T;
}

/** Requests that wait for a connection, in the order of their arrival. */
export class WaitingLine {
  readonly #line: Waiting[] = [];
  #timer: ClockTimer | undefined;

  constructor(private readonly clock: Clock) {}

  get length(): number {
    return this.#line.length;
  }

  get first(): Waiting | undefined {
    return this.#line[0];
  }

  push(options: PooledRequest, handler: Dispatcher.DispatchHandler): void {
    const inContext = AsyncLocalStorage.snapshot();
    this.#line.push({ options, handler, since: this.clock.monotonic(), inContext });
  }

  shift(): Waiting | undefined {
    return this.#line.shift();
  }

  failFirst(error: Error): void {
    const first = this.#line.shift();
    if (first) fail(first.handler, error);
  }

  failAll(error: Error): void {
    this.#timer?.cancel();
    while (this.first) this.failFirst(error);
  }

  /** Calls back when the first request has waited for a while and is still the first. */
  watch(onStalled: () => void): void {
    const { first } = this;
    this.#timer ??= this.clock.timer(() => {
      this.#timer = undefined;
      this.dropLate();
      if (this.length === 0) return;
      if (this.first === first) onStalled();
      else this.watch(onStalled);
    }, STALLED_AFTER_MS);
  }

  /** Drops requests from the front whose callers no longer wait. They must never be sent. */
  dropLate(): void {
    const late = this.clock.monotonic() - MAX_WAIT_MS;
    for (let { first } = this; first; { first } = this) {
      if (first.since > late && !first.options.isGivenUp?.()) break;
      this.failFirst(new Error(`No connection within ${MAX_WAIT_MS} ms.`));
    }
  }
}

/** Fails a request that was never given to a connection. */
export function fail(handler: Dispatcher.DispatchHandler, error: Error): void {
  // A proxy agent passes on handlers of the old kind.
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
