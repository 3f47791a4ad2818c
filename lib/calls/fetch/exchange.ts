import type { Transform } from 'node:stream';
import { onAbort, reasonOf, type AbortSignalLike } from '../../common/abort-listener.js';
import type { PooledRequest } from '../../common/http/waiting-line.js';
import type { Dispatcher, RequestTarget } from '../../common/http/undici.js';
import { BetfairSessionError } from '../../errors/index.js';
import { safeCause } from '../../errors/safe-cause.js';
import { AnswerBody } from './answer.body.js';
import { decoderFor, type DecoderFactory } from './content-encoding.js';
import type { PreparedRequest } from './request.js';

/** The headers of an answer, and its body as it arrives. */
export interface Answer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;
  /** `undefined` for answers without a body: to HEAD, or with status 204, 205 or 304. */
  readonly body: AnswerBody | undefined;
}

const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * Sends one request, once.
 *
 * @throws TypeError `fetch failed`, with its cause; or the reason of the signal
 */
export function exchange(
  target: Pick<RequestTarget, 'dispatch'>,
  options: Dispatcher.DispatchOptions,
  { signal, input }: Pick<PreparedRequest, 'signal' | 'input'>,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const isHead = options.method === 'HEAD';
    const handler = new AnswerReceiver(isHead, signal, input, resolve, reject);
    // Without a prototype: undici reads members that are not given, and must not find any there.
    const request: PooledRequest = Object.assign(Object.create(null), options, {
      isGivenUp: () => handler.isGivenUp,
    });
    target.dispatch(request, handler);
  });
}

/** Receives one answer from undici. */
class AnswerReceiver implements Dispatcher.DispatchHandler {
  /** `true` once nobody waits for the answer any more. */
  isGivenUp = false;
  #controller: Dispatcher.DispatchController | undefined;
  #body: AnswerBody | undefined;
  #makeDecoder: DecoderFactory | undefined;
  #decoder: Transform | undefined;
  readonly #forgetSignal: (() => void) | undefined;

  constructor(
    private readonly bodiless: boolean,
    signal: AbortSignalLike | undefined,
    /** Keeps a `Request` in memory until the answer ends, so that its signal still follows the caller's. */
    protected readonly input: unknown,
    private readonly resolve: (answer: Answer) => void,
    private readonly reject: (error: unknown) => void,
  ) {
    this.#forgetSignal = signal && onAbort(signal, () => this.#stop(reasonOf(signal)));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // Aborted while it waited for a connection, so it must not be sent.
    if (this.isGivenUp) controller.abort(new Error('aborted'));
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    _headers: object,
    statusText = '',
  ): void {
    if (status < 200) return;
    try {
      if (status > 599) throw new RangeError(`${status} is not an HTTP status.`);
      const headers = new Headers();
      const raw = controller.rawHeaders;
      for (let i = 0; Array.isArray(raw) && i + 1 < raw.length; i += 2) {
        headers.append(latin1(raw[i]), latin1(raw[i + 1]));
      }
      const body = this.bodiless || WITHOUT_BODY.has(status) ? undefined : this.#openBody(headers);
      this.resolve({ status, statusText: printable(statusText), headers, body });
    } catch (error) {
      this.#fail(error);
      controller.abort(new Error('unusable answer'));
    }
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#makeDecoder) this.#decoder ??= this.#decode(controller, this.#makeDecoder(chunk[0]));
    const more = this.#decoder ? this.#decoder.write(chunk) : (this.#body?.push(chunk) ?? true);
    if (!more) controller.pause();
  }

  onResponseEnd(): void {
    this.#forgetSignal?.();
    if (this.#decoder) this.#decoder.end();
    else this.#body?.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    this.#fail(error);
  }

  #openBody(headers: Headers): AnswerBody {
    this.#makeDecoder = decoderFor(headers.get('content-encoding'));
    this.#body = new AnswerBody({
      resume: () => {
        this.#decoder?.resume();
        if (!this.#decoder?.writableNeedDrain) this.#controller?.resume();
      },
      cancel: () => this.#stop(undefined),
    });
    return this.#body;
  }

  #decode(controller: Dispatcher.DispatchController, decoder: Transform): Transform {
    return decoder
      .on('data', (chunk: Buffer) => {
        if (this.#body?.push(chunk) === false) decoder.pause();
      })
      .on('end', () => this.#body?.end())
      .on('drain', () => controller.resume())
      .on('error', (error) => {
        this.#fail(error);
        controller.abort(error);
      });
  }

  /** Ends the request, or its wait for a connection, because the caller gave it up. */
  #stop(reason: unknown): void {
    if (this.isGivenUp) return;
    this.isGivenUp = true;
    this.#forgetSignal?.();
    this.reject(reason);
    this.#body?.fail(reason);
    this.#decoder?.destroy();
    this.#controller?.abort(new Error('aborted'));
  }

  #fail(error: unknown): void {
    this.isGivenUp = true;
    const isOwn = error instanceof BetfairSessionError;
    // Undici's errors carry what a server or proxy sent, which may be an echo of the request.
    const cause = safeCause(error);
    this.#forgetSignal?.();
    this.#decoder?.destroy();
    // These are the messages of Node's own fetch, which clients look for.
    this.reject(isOwn ? error : new TypeError('fetch failed', { cause }));
    this.#body?.fail(isOwn ? error : new TypeError('terminated', { cause }));
  }
}

function latin1(bytes: Buffer | string | undefined): string {
  return typeof bytes === 'string' ? bytes : (bytes?.toString('latin1') ?? '');
}

/** Drops a reason phrase that a `Response` does not take. */
function printable(text: string): string {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(text) ? text : '';
}
