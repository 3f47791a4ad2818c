import type { Dispatcher, RequestTarget } from './undici.js';
import { fail, type PooledRequest } from './waiting-line.js';

/** Connections that accounts share, as one account needs them. */
export interface UsedConnections {
  readonly dispatcher: Pick<RequestTarget, 'dispatch'>;
  /** Opens a first connection in advance. */
  prepare(): void;
  /** Called once, when the account needs them no more. */
  release(reason: Error): Promise<void>;
}

/** Requests of one account. They can be awaited and ended, while those of other accounts use the same connections. */
export class AccountRequests implements RequestTarget {
  readonly #underWay = new Set<RequestUnderWay>();
  /** Callbacks for the end of the next request. */
  readonly #onEnd: (() => void)[] = [];
  #released: Promise<void> | undefined;
  #closed: Error | undefined;

  constructor(private readonly connections: UsedConnections) {}

  /** Opens a connection for the first request, if there is none. */
  prepare(): void {
    if (this.#closed === undefined) this.connections.prepare();
  }

  /** Tells if a request waits or is under way. */
  get isBusy(): boolean {
    return this.#underWay.size > 0;
  }

  /** Waits until no request waits or is under way. */
  async settle(): Promise<void> {
    while (this.isBusy) {
      await new Promise<void>((resolve) => this.#onEnd.push(resolve));
    }
  }

  /** @param options - its `isGivenUp` must tell that `handler` has been failed */
  dispatch(options: PooledRequest, handler: Dispatcher.DispatchHandler): boolean {
    if (this.#closed) {
      fail(handler, this.#closed);
      return false;
    }
    const request = new RequestUnderWay(handler, () => {
      this.#underWay.delete(request);
      for (const tell of this.#onEnd.splice(0)) tell();
    });
    this.#underWay.add(request);
    return this.connections.dispatcher.dispatch(options, request);
  }

  /** Ends the use of the connections. Requests under way, and later ones, fail with `reason`. */
  destroy(reason?: unknown): Promise<void> {
    const closed = reason instanceof Error ? reason : new Error('The connections are closed.');
    this.#closed ??= closed;
    for (const request of this.#underWay) request.end(this.#closed);
    return (this.#released ??= this.connections.release(this.#closed));
  }
}

/** Passes on what undici tells of a request, and notes its end. */
class RequestUnderWay implements Dispatcher.DispatchHandler {
  #controller: Dispatcher.DispatchController | undefined;
  #ended: Error | undefined;

  constructor(
    private readonly handler: Dispatcher.DispatchHandler,
    private readonly onEnd: () => void,
  ) {}

  /** Fails the request, which is then not sent if it still waits for a connection. */
  end(reason: Error): void {
    if (this.#controller) return this.#controller.abort(reason);
    this.#ended = reason;
    this.onEnd();
    fail(this.handler, reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    if (this.#ended) return controller.abort(this.#ended);
    this.#controller = controller;
    this.handler.onRequestStart?.(controller, context);
  }

  onResponseStart(
    ...answer: Parameters<Required<Dispatcher.DispatchHandler>['onResponseStart']>
  ): void {
    this.handler.onResponseStart?.(...answer);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.handler.onResponseData?.(controller, chunk);
  }

  onResponseEnd(...end: Parameters<Required<Dispatcher.DispatchHandler>['onResponseEnd']>): void {
    this.onEnd();
    this.handler.onResponseEnd?.(...end);
  }

  onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#ended) return;
    this.onEnd();
    this.handler.onResponseError?.(controller, error);
  }
}
