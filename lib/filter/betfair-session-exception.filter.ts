import { STATUS_CODES } from 'node:http';
import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  Injectable,
  Optional,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { openLog } from '../common/application-log.js';
import { read } from '../common/unknown-values.js';
import { BetfairApiError, BetfairLoginBlockedError, BetfairSessionError } from '../errors/index.js';
import { failElsewhere } from './other-contexts.js';
import { REPLIES } from './replies.table.js';
import { type HttpReply, type HttpReplies, sharedReplies } from './http-replies.js';

/** Value of `Retry-After` for errors that are usually over by then. */
const RETRY_AFTER_SECONDS = 5;

/** Methods of requests that change nothing, so that a caller may repeat them. */
const SAFE_METHODS: readonly unknown[] = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Answers HTTP requests that fail with a {@link BetfairSessionError}: 503 with `Retry-After` (seconds) if the same
 * request may succeed later, 502 if Betfair refused the login or a call, and 500 for faults of the application, which
 * are logged. Only GET, HEAD and OPTIONS are answered with 503: any other handler may have placed an order before it
 * failed, so its caller gets 502 and must not simply repeat the request.
 *
 * The body is `{ statusCode, message, error, code }`, for a {@link BetfairApiError} also Betfair's `errorCode`. The
 * message says no more than the code: that of the error may name stores, accounts and hosts.
 *
 * Use it as `APP_FILTER`, with `@UseFilters()`, or with `app.useGlobalFilters(new BetfairSessionExceptionFilter())`.
 * Message and WebSocket handlers fail as they would without it.
 */
@Injectable()
@Catch(BetfairSessionError)
export class BetfairSessionExceptionFilter implements ExceptionFilter<BetfairSessionError> {
  readonly #log = openLog('BetfairSessionExceptionFilter');

  constructor(@Optional() private readonly adapterHost?: HttpAdapterHost) {}

  /** Called by Nest with what a handler threw. */
  catch(error: BetfairSessionError, host: ArgumentsHost): unknown {
    const isHttp = host.getType() === 'http';
    const status = statusOf(error, host);
    // The session has already logged the others.
    const isNew = status === 500 || error instanceof BetfairApiError;
    if (isNew || !isHttp) this.#log.error(error);
    return isHttp ? this.#reply(error, status, host) : failElsewhere(error, host);
  }

  #reply(error: BetfairSessionError, status: number, host: ArgumentsHost): void {
    const replies: HttpReplies = this.adapterHost?.httpAdapter ?? sharedReplies;
    const response = host.switchToHttp().getResponse<HttpReply>();
    if (replies.isHeadersSent(response)) {
      // Too late for an error, but the client must not wait.
      replies.end(response);
      return;
    }
    if (status === 503) replies.setHeader(response, 'Retry-After', String(retryAfter(error)));
    // The server waits for open connections to end.
    if (error.code === 'BETFAIR_CLOSED') replies.setHeader(response, 'Connection', 'close');
    const body = {
      statusCode: status,
      message: REPLIES[error.code][1],
      error: STATUS_CODES[status],
      code: error.code,
      ...(error instanceof BetfairApiError && { errorCode: error.errorCode }),
    };
    replies.reply(response, body, status);
  }
}

function statusOf(error: BetfairSessionError, host: ArgumentsHost): 500 | 502 | 503 {
  const isBusy = error instanceof BetfairApiError && error.retryable;
  const status = isBusy ? 503 : REPLIES[error.code][0];
  const isSafe = SAFE_METHODS.includes(read(host.switchToHttp().getRequest(), 'method'));
  return status === 503 && !isSafe ? 502 : status;
}

function retryAfter(error: BetfairSessionError): number {
  if (!(error instanceof BetfairLoginBlockedError)) return RETRY_AFTER_SECONDS;
  return Math.max(1, Math.ceil((error.until.getTime() - Date.now()) / 1_000));
}
