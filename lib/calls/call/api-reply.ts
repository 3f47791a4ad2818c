import { explanation } from '../../common/redact.js';
import { BetfairApiError } from '../../errors/index.js';
import { read } from '../../common/unknown-values.js';
import { exceptionIn } from '../rejection/rejection-envelope.js';
import { describeApiErrorCode } from './api-error-codes.js';

/** Characters of the longest code or id of Betfair. */
const MAX_NAME_LENGTH = 100;

/** The call that a reply belongs to. */
export interface CallContext {
  readonly operation: string;
  readonly isRead: boolean;
  readonly status: number;
  /** Texts that must not be shown. */
  readonly secrets: readonly string[];
}

/**
 * Reads the result in the JSON-RPC reply to the call with this id.
 *
 * @throws BetfairApiError the reply has no result, or that of another call
 */
export function resultOf(reply: unknown, id: number, context: CallContext): unknown {
  const hasResult = typeof reply === 'object' && reply !== null && 'result' in reply;
  const isResult = hasResult && (read(reply, 'error') ?? undefined) === undefined;
  if (isResult && read(reply, 'id') === id) return reply.result;
  if (isResult) throw strayReply(context);
  throw errorOf(reply, context);
}

/** Makes the error for a result with another id: it says nothing about this call. */
function strayReply({ operation, status }: CallContext): BetfairApiError {
  return new BetfairApiError(
    `The answer to ${operation} belongs to another call, so it is not known if Betfair did this one. Check the proxies between this process and Betfair: something mixes up answers.`,
    { operation, status, retryable: false },
  );
}

/** Makes the error for a reply: an API exception, a fault of Betfair's framework, or neither. */
export function errorOf(reply: unknown, context: CallContext): BetfairApiError {
  const { operation, isRead, status, secrets } = context;
  const fault = read(reply, 'error') ?? reply;
  const exception = exceptionIn(read(fault, 'data') ?? read(fault, 'detail'));
  const text = (value: unknown) => explanation(value, secrets);
  const errorCode = shaped(/^[A-Z][A-Z0-9_]*$/, text(read(exception, 'errorCode')));
  const number = shaped(
    /^[A-Z]+-[0-9]+$/,
    text(read(fault, 'message') ?? read(fault, 'faultstring')),
  );
  const said = {
    errorDetails: text(read(exception, 'errorDetails')),
    requestUUID: shaped(/^[\w.-]+$/, text(read(exception, 'requestUUID'))),
  };
  if (errorCode !== undefined) {
    const { meaning, action, transient } = describeApiErrorCode(errorCode);
    return new BetfairApiError(
      `Betfair refused ${operation} with ${errorCode}. ${meaning} ${action}`,
      { operation, status, errorCode, ...said, retryable: transient && isRead },
    );
  }
  const outage = status >= 500 || status === 429;
  return new BetfairApiError(
    number === undefined
      ? `Betfair's answer to ${operation} (HTTP ${status}) could not be read. ${outage ? 'This is usually temporary.' : 'Check the option "endpoints.api" (BETFAIR_ENDPOINT_API), and that no proxy answers instead of Betfair.'}`
      : `Betfair refused ${operation} with ${number} (HTTP ${status}). Check the name of the operation and its parameters.`,
    { operation, status, ...said, retryable: outage && isRead },
  );
}

/** Returns a text that may be shown, if it has the form that Betfair gives it. */
function shaped(form: RegExp, text: string | undefined): string | undefined {
  return text !== undefined && text.length <= MAX_NAME_LENGTH && form.test(text) ? text : undefined;
}
