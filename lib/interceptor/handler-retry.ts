import type { ExecutionContext } from '@nestjs/common';
import { read } from '../common/unknown-values.js';
import type { HandlerTraits } from './handler-traits.js';

/** Tells if a handler may run again, as things are when it is asked. */
export type RetryGuard = () => boolean;

const ALWAYS: RetryGuard = () => true;

/**
 * Watches, from before its first run on, if a handler may run again; `undefined` if it never may. By default it may only
 * where HTTP itself promises that nothing is changed: any other handler may have placed an order before the call that
 * was refused. It may not once its client has a part of the answer, or its own first run read the body of the request.
 */
export function watchRetry(
  context: ExecutionContext,
  { retry, sendsEvents }: HandlerTraits,
): RetryGuard | undefined {
  const isHttp = context.getType() === 'http';
  if (!isHttp) return retry === 'once' ? ALWAYS : undefined;
  const http = context.switchToHttp();
  const request = http.getRequest<unknown>();
  if (retry !== 'once' && (retry === 'never' || !isSafe(read(request, 'method')))) return undefined;
  const wasRead = isBodyRead(request);
  // Nest sends their headers before there is an event.
  const isAnswered = sendsEvents
    ? () => false
    : watchAnswer(http.getResponse<ResponseLike | undefined>() ?? {});
  return () => !isAnswered() && isBodyRead(request) === wasRead;
}

function isSafe(method: unknown): boolean {
  return method === 'GET' || method === 'HEAD';
}

function isBodyRead(request: unknown): boolean {
  return read(read(request, 'raw') ?? request, 'readableDidRead') === true;
}

/** The part of Express's response and of Fastify's reply that is used. */
interface ResponseLike {
  readonly headersSent?: boolean;
  readonly writableEnded?: boolean;
  readonly raw?: { readonly headersSent?: boolean; readonly writableEnded?: boolean };
  send?: (...given: unknown[]) => unknown;
}

// Libraries that run handlers of their own may call them HTTP, too.
function watchAnswer(response: ResponseLike): () => boolean {
  const { raw, send } = response;
  if (raw === undefined || send === undefined) return () => isStarted(response);
  // While Fastify's asynchronous hooks run, nothing shows that an answer was sent but the call itself.
  let isSent = false;
  response.send = (...given) => {
    isSent = true;
    return Reflect.apply(send, response, given);
  };
  return () => isSent || isStarted(raw);
}

function isStarted({ headersSent, writableEnded }: ResponseLike): boolean {
  return headersSent === true || writableEnded === true;
}
