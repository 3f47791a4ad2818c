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
import {
  BetfairApiError,
  BetfairLoginBlockedError,
  BetfairSessionError,
  type BetfairSessionErrorCode,
} from '../errors/index.js';
import { failElsewhere, UNKNOWN_ERROR } from './other-contexts.js';
import { type HttpReply, type HttpReplies, sharedReplies } from './http-replies.js';

/** Value of `Retry-After` for errors that are usually over by then. */
const RETRY_AFTER_SECONDS = 5;

/** HTTP status by error code; 500 is a fault of the application or its configuration. */
const STATUS = {
  BETFAIR_API_ERROR: 502,
  BETFAIR_CLOSED: 503,
  BETFAIR_CONFIGURATION: 500,
  BETFAIR_FOREIGN_SESSION: 500,
  BETFAIR_FOREIGN_URL: 500,
  BETFAIR_IDENTITY_UNAVAILABLE: 503,
  BETFAIR_KEEP_ALIVE_REJECTED: 502,
  BETFAIR_LOGIN_BLOCKED: 503,
  BETFAIR_LOGIN_REJECTED: 502,
  BETFAIR_LOGOUT_REJECTED: 502,
  BETFAIR_MISSING_PACKAGE: 500,
  BETFAIR_RUN_ABANDONED: 500,
  BETFAIR_STORAGE_CONFLICT: 503,
  BETFAIR_STORAGE_DENIED: 500,
  BETFAIR_STORAGE_MISCONFIGURED: 500,
  BETFAIR_STORAGE_UNAVAILABLE: 503,
  BETFAIR_STORAGE_UNSUPPORTED: 500,
  BETFAIR_STREAM_LOST: 503,
  BETFAIR_STREAM_REFUSED: 502,
} as const satisfies Record<BetfairSessionErrorCode, 500 | 502 | 503>;

/**
 * Answers HTTP requests that fail with a {@link BetfairSessionError}: 503 with `Retry-After` (seconds) if the same
 * request may succeed later, 502 if Betfair refused the login or a call, and 500 for faults of the application, which
 * are logged. The body is `{ statusCode, message, error, code }`, for a {@link BetfairApiError} also Betfair's
 * `errorCode`. A 500 has Nest's own message, because the real one would reveal details of the deployment.
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
    const status = statusOf(error);
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
    const message = status === 500 ? UNKNOWN_ERROR : error.message;
    const body = {
      statusCode: status,
      message,
      error: STATUS_CODES[status],
      code: error.code,
      ...(error instanceof BetfairApiError && { errorCode: error.errorCode }),
    };
    replies.reply(response, body, status);
  }
}

function statusOf(error: BetfairSessionError): 500 | 502 | 503 {
  const isBusy = error instanceof BetfairApiError && error.retryable;
  return isBusy ? 503 : STATUS[error.code];
}

function retryAfter(error: BetfairSessionError): number {
  if (!(error instanceof BetfairLoginBlockedError)) return RETRY_AFTER_SECONDS;
  return Math.max(1, Math.ceil((error.until.getTime() - Date.now()) / 1_000));
}
