import type { ExecutionContext } from '@nestjs/common';
import { read } from '../common/unknown-values.js';
import type { HandlerTraits } from './handler-traits.js';

/** Tells if a handler may run again now. */
export type RetryGuard = () => boolean;

const ALWAYS: RetryGuard = () => true;

/**
 * Watches from before the first run if a handler may run again; `undefined` if it never may. By default only GET and
 * HEAD may: any other handler may have placed an order. It may not once a part of the answer was sent, or the first run
 * has read the body of the request.
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
  // For server-sent events, Nest sends the headers before the first event.
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

/** Used part of Express's response and Fastify's reply. */
interface ResponseLike {
  readonly headersSent?: boolean;
  readonly writableEnded?: boolean;
  readonly raw?: { readonly headersSent?: boolean; readonly writableEnded?: boolean };
  send?: (...given: unknown[]) => unknown;
}

/** Watches if an answer was sent. The response of another library may have none of these members. */
function watchAnswer(response: ResponseLike): () => boolean {
  const { raw, send } = response;
  if (raw === undefined || send === undefined) return () => isStarted(response);
  // While Fastify's asynchronous hooks run, only the call of send() shows that an answer was sent.
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
