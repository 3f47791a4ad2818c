import { explanation } from '../../common/redact.js';
import { BetfairApiError } from '../../errors/index.js';
import { read } from '../../common/unknown-values.js';
import { exceptionIn } from '../rejection/rejection-envelope.js';
import { describeApiErrorCode } from './api-error-codes.js';

/** Longest code or identifier of Betfair's. */
const LONGEST_NAME = 100;

/** The call whose reply is looked at. */
export interface CallContext {
  readonly operation: string;
  readonly isRead: boolean;
  readonly status: number;
  /** Texts that must not be shown. */
  readonly secrets: readonly string[];
}

/**
 * The result in the JSON-RPC reply to the call with an id.
 *
 * @throws BetfairApiError there is none
 */
export function resultOf(reply: unknown, id: number, context: CallContext): unknown {
  const hasResult = typeof reply === 'object' && reply !== null && 'result' in reply;
  const isResult = hasResult && (read(reply, 'error') ?? undefined) === undefined;
  if (isResult && read(reply, 'id') === id) return reply.result;
  if (isResult) throw strayReply(context);
  throw errorOf(reply, context);
}

/** A result under another id: what it tells of is another call, and nothing is known of this one. */
function strayReply({ operation, status }: CallContext): BetfairApiError {
  return new BetfairApiError(
    `The answer to ${operation} belongs to another call. Something between this process and Betfair mixes answers up; what became of the call is not known.`,
    { operation, status, retryable: false },
  );
}

/** Tells what went wrong, by a reply that is an API exception, a fault of the framework, or neither. */
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
      ? `Betfair answered ${operation} with HTTP ${status} and no reply that can be read. ${outage ? 'This is usually temporary.' : 'Check the option "endpoints.api", and whether a proxy answers in its place.'}`
      : `Betfair refused ${operation} with ${number} (HTTP ${status}). Check the name of the operation and its parameters.`,
    { operation, status, ...said, retryable: outage && isRead },
  );
}

/** A text that stands in messages and is of the form that Betfair's have. */
function shaped(form: RegExp, text: string | undefined): string | undefined {
  return text !== undefined && text.length <= LONGEST_NAME && form.test(text) ? text : undefined;
}
