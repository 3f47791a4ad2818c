import { STATUS_CODES } from 'node:http';
import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  Injectable,
  Logger,
  Optional,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import {
  BetfairLoginBlockedError,
  BetfairSessionError,
  type BetfairSessionErrorCode,
} from '../errors/index.js';
import { failElsewhere, UNKNOWN_ERROR } from './other-contexts.js';
import { type HttpReply, type HttpReplies, sharedReplies } from './http-replies.js';

/** Seconds; what is transient is mostly over by then, and the session manager has its own growing wait. */
const RETRY_AFTER = 5;

/** What is not named here is a fault of the application or its configuration. */
const STATUS: Partial<Record<BetfairSessionErrorCode, 502 | 503>> = {
  BETFAIR_CLOSED: 503,
  BETFAIR_IDENTITY_UNAVAILABLE: 503,
  BETFAIR_KEEP_ALIVE_REJECTED: 502,
  BETFAIR_LOGIN_BLOCKED: 503,
  BETFAIR_LOGIN_REJECTED: 502,
  BETFAIR_LOGOUT_REJECTED: 502,
  BETFAIR_STORAGE_CONFLICT: 503,
  BETFAIR_STORAGE_UNAVAILABLE: 503,
};

/**
 * Answers HTTP requests that fail with a {@link BetfairSessionError}: 503 with `Retry-After` (seconds) where the same
 * request may succeed later, 502 where Betfair refused the login and a person must act, and 500 for faults of the
 * application, which are logged. The body is `{ statusCode, message, error, code }`; the message of a 500 is Nest's
 * own, because it would tell of the deployment.
 *
 * Use it as `APP_FILTER`, by `@UseFilters()`, or with `app.useGlobalFilters(new BetfairSessionExceptionFilter())`.
 * Handlers of messages and of WebSockets fail as they would without it.
 */
@Injectable()
@Catch(BetfairSessionError)
export class BetfairSessionExceptionFilter implements ExceptionFilter<BetfairSessionError> {
  readonly #logger = new Logger('BetfairSessionExceptionFilter');

  constructor(@Optional() private readonly adapterHost?: HttpAdapterHost) {}

  catch(error: BetfairSessionError, host: ArgumentsHost): unknown {
    const isHttp = host.getType() === 'http';
    const status = STATUS[error.code] ?? 500;
    // What has another status is in the log of the session already.
    if (status === 500 || !isHttp) this.#logger.error(error);
    return isHttp ? this.#reply(error, status, host) : failElsewhere(error, host);
  }

  #reply(error: BetfairSessionError, status: number, host: ArgumentsHost): void {
    const replies: HttpReplies = this.adapterHost?.httpAdapter ?? sharedReplies;
    const response = host.switchToHttp().getResponse<HttpReply>();
    if (replies.isHeadersSent(response)) {
      // Too late to say what happened, but the client is not left waiting.
      replies.end(response);
      return;
    }
    if (status === 503) replies.setHeader(response, 'Retry-After', String(retryAfter(error)));
    const message = status === 500 ? UNKNOWN_ERROR : error.message;
    const body = { statusCode: status, message, error: STATUS_CODES[status], code: error.code };
    replies.reply(response, body, status);
  }
}

function retryAfter(error: BetfairSessionError): number {
  if (!(error instanceof BetfairLoginBlockedError)) return RETRY_AFTER;
  return Math.max(1, Math.ceil((error.until.getTime() - Date.now()) / 1_000));
}
