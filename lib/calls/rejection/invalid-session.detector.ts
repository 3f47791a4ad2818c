import { types } from 'node:util';
import { BetfairSessionError } from '../../errors/index.js';
import { read } from '../../common/unknown-values.js';
import {
  MAX_CHAIN_LENGTH,
  INVALID_SESSION,
  inspectBody,
  inspectCarried,
  isRefusal,
  isRefusedEnvelope,
  safely,
  type Rejection,
} from './rejection-envelope.js';
import { mayRefuse } from './rejection-response.js';

/** Members in which HTTP and JSON-RPC clients keep the answer on the error that they throw. */
const CARRIERS = ['error', 'data', 'detail', 'body'] as const;

/**
 * Tells if Betfair refused a call because its session is invalid or has expired (`INVALID_SESSION_INFORMATION`).
 *
 * Takes what a client threw (an error of axios, got, undici or a client of your own, with its `cause`s) or a body that
 * it resolved with (parsed, or JSON text or bytes of up to 64 KiB): a JSON-RPC reply or REST fault of the Betting,
 * Accounts, Heartbeat, Scores or Race Status API, or a status message of the Stream API. A batch counts if every call
 * in it was refused.
 *
 * Nothing else counts: no time-out, 403, 5xx or other Betfair code, no value that merely contains a rejection
 * somewhere, and no {@link BetfairSessionError}. An unread `Response` is not looked into: pass `await response.json()`.
 * Never throws.
 */
export function isInvalidSession(value: unknown): boolean {
  let link = value;
  // The limit also ends a cycle.
  for (let depth = 0; depth < MAX_CHAIN_LENGTH; depth += 1) {
    if (!isError(link)) {
      return (isClientResult(link) ? inspectAnswer(link) : inspectCarried(link)) === 'all';
    }
    // A failed renewal has the rejection that caused it as its cause, and must not cause another renewal.
    if (isOwn(link)) return false;
    const found = inspectError(link);
    if (found !== 'none') return found === 'all';
    link = read(link, 'cause');
  }
  return false;
}

/** Looks for a refusal in an error itself, or in the answer that its client attached to it. */
export function inspectError(error: object): Rejection {
  if (isRefusedItself(error)) return 'all';
  // Undici and ofetch put the status of the answer here. `status` is not read: in Nest it is the application's own.
  if (mayRefuse(read(error, 'statusCode'))) {
    for (const key of CARRIERS) {
      const found = inspectCarried(read(error, key));
      if (found !== 'none') return found;
    }
  }
  return inspectAnswer(read(error, 'response'));
}

/** Recognises a refusal by the codes or the message of a value itself. */
export function isRefusedItself(value: object): boolean {
  const code = read(value, 'errorCode');
  if (code === INVALID_SESSION || read(value, 'code') === INVALID_SESSION) return true;
  if (isRefusedEnvelope(value)) return true;
  // The message counts only if there is no code, and only as a whole: a longer one merely mentions the rejection.
  if (typeof code === 'string' && code !== '') return false;
  const message = read(value, 'message');
  if (typeof message !== 'string') return false;
  const detail = read(value, 'data') ?? read(value, 'detail');
  return message.trim() === INVALID_SESSION || isRefusal(detail, message);
}

/** Inspects an HTTP answer: `data` of axios, `body` of got and superagent, the body itself of `HttpException`. */
function inspectAnswer(response: unknown): Rejection {
  if (!mayRefuse(read(response, 'status') ?? read(response, 'statusCode'))) return 'none';
  for (const body of [read(response, 'data'), read(response, 'body'), response]) {
    const found = inspectBody(body);
    if (found !== 'none') return found;
  }
  return 'none';
}

/** Recognises an answer of axios or got. The record of a call in an audit log has no `config` and no bytes. */
export function isClientResult(value: unknown): boolean {
  if (typeof read(value, 'headers') !== 'object') return false;
  const isAxios =
    typeof read(value, 'status') === 'number' && typeof read(value, 'config') === 'object';
  return (
    isAxios || (typeof read(value, 'statusCode') === 'number' && isBytes(read(value, 'rawBody')))
  );
}

/** Recognises the raw body, which got keeps beside the parsed one. */
const isBytes = safely((value) => types.isUint8Array(value));

/** Recognises errors, also those of other realms (workers, `vm`). */
export const isError = safely(
  (value): value is object => types.isNativeError(value) || value instanceof Error,
);

/** Recognises errors of this package. None is a refusal: the refusal behind it was handled already. */
export const isOwn = safely(
  (value): value is BetfairSessionError =>
    !types.isProxy(value) && value instanceof BetfairSessionError,
);
