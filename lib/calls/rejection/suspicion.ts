import { types } from 'node:util';
import type { AbortSignalLike } from '../../common/abort-listener.js';
import { abortable } from '../../common/deadline.js';
import {
  inspectError,
  isClientResult,
  isError,
  isOwn,
  isRefusedItself,
} from './invalid-session.detector.js';
import { read } from '../../common/unknown-values.js';
import {
  MAX_CHAIN_LENGTH,
  INVALID_SESSION,
  inspectBody,
  inspectCarried,
  isList,
  type Rejection,
} from './rejection-envelope.js';
import { inspectResponse, isPeekable, mayRefuse, wasJudged } from './rejection-response.js';

/** Share of an outcome that looks refused, and its refused parts: errors, or answers, with their requests. */
interface Suspicion {
  readonly rejection: Rejection;
  readonly parts: readonly unknown[];
}

/** Result of an inspection: a promise only if it must peek at an unread `Response`. */
export type Look = Suspicion | Promise<Suspicion>;

const NOTHING: Suspicion = { rejection: 'none', parts: [] };

/** Members in which results of clients and of applications keep a body or an error. */
const MEMBERS = ['error', 'data', '_data', 'body', 'json', 'text'] as const;

/** Number of elements inspected in a list of results or errors. */
const MAX_LIST_LENGTH = 100;

/** Waits for an inspection until `signal` aborts. One that has not ended by then counts as no refusal. */
export function lookUntil(signal: AbortSignalLike | undefined, look: Look): Look {
  return look instanceof Promise ? abortable(() => look, signal).catch(() => NOTHING) : look;
}

/** Looks for a refusal in a resolved value, one level deep. May be wrong. Never throws or rejects. */
export function inspectOutcome(value: unknown): Look {
  if (isError(value)) return inspectFailure(value);
  const first = isList(value) ? read(value, 0) : undefined;
  const isOfResults = isSettled(first) || isClientResult(first) || isPeekable(first);
  return isOfResults ? inspectList(value, inspectElement) : inspectPart(value);
}

/** Looks for a refusal in a thrown value, one level deep. May be wrong. Never throws or rejects. */
export function inspectFailure(error: unknown): Look {
  const found = inspectChain(error);
  return found === NOTHING && !isOwn(error)
    ? inspectList(read(error, 'errors'), inspectChain)
    : found;
}

function inspectChain(error: unknown): Look {
  let link = error;
  for (let depth = 0; depth < MAX_CHAIN_LENGTH && link !== undefined && !isOwn(link); depth += 1) {
    const found = inspectPart(link);
    if (found !== NOTHING) return found;
    link = read(link, 'cause');
  }
  return NOTHING;
}

function inspectElement(value: unknown): Look {
  if (!isSettled(value)) return inspectPart(value);
  const reason = read(value, 'reason');
  return reason === undefined ? inspectPart(read(value, 'value')) : inspectChain(reason);
}

function inspectPart(part: unknown): Look {
  const rejection = inspectMember(part);
  if (rejection === 'none') return NOTHING;
  if (typeof rejection === 'string') return { rejection, parts: [part] };
  return rejection.then((found) =>
    found === 'none' ? NOTHING : { rejection: found, parts: [part] },
  );
}

function inspectMember(value: unknown): Rejection | Promise<Rejection> {
  // First, because most handlers return Betfair's reply, and the rest reads about thirty members.
  if (isResult(value)) return 'none';
  const response = read(value, 'response');
  if (wasJudged(value) || wasJudged(response)) return 'none';
  if (isPeekable(value)) return inspectResponse(value);
  const found = inspectItself(value);
  if (found !== 'none' || !mayRefuse(statusOf(value))) return found;
  if (response === undefined) return inspectMembers(value);
  if (!mayRefuse(statusOf(response))) return 'none';
  if (isPeekable(response)) return inspectResponse(response);
  const inside = inspectMembers(value);
  return inside === 'none' ? inspectMembers(response) : inside;
}

function inspectMembers(value: unknown): Rejection {
  // An unread stream. Reading `data` of such an answer of node-fetch prints a warning.
  if (typeof read(read(value, 'body'), 'pipe') === 'function') return 'none';
  for (const key of MEMBERS) {
    const found = inspectItself(read(value, key));
    if (found !== 'none') return found;
  }
  return 'none';
}

function inspectItself(value: unknown): Rejection {
  if (typeof value === 'string') return value === INVALID_SESSION ? 'all' : inspectBody(value);
  if (typeof value !== 'object' || value === null || isOwn(value)) return 'none';
  // The prototype chain of a Proxy may be endless.
  if (!types.isProxy(value) && isError(value)) return inspectError(value);
  return isRefusedItself(value) ? 'all' : inspectCarried(value);
}

function inspectList(list: unknown, inspect: (value: unknown) => Look): Look {
  if (!isList(list)) return NOTHING;
  // Elements beyond the limit count as not refused.
  const length = Math.min(list.length, MAX_LIST_LENGTH + 1);
  const found = Array.from({ length }, (_, index) =>
    index < MAX_LIST_LENGTH ? inspect(read(list, index)) : NOTHING,
  );
  const known = found.filter((one): one is Suspicion => !(one instanceof Promise));
  return known.length === length
    ? sum(known)
    : Promise.all(found.map(async (one) => one)).then(sum);
}

function isSettled(value: unknown): boolean {
  const status = read(value, 'status');
  return status === 'fulfilled' || status === 'rejected';
}

function isResult(value: unknown): boolean {
  return typeof read(value, 'jsonrpc') === 'string' && (read(value, 'result') ?? null) !== null;
}

function statusOf(answer: unknown): unknown {
  return read(answer, 'status') ?? read(answer, 'statusCode');
}

function sum(found: readonly Suspicion[]): Suspicion {
  const [first = NOTHING] = found;
  const isSame = found.every(({ rejection }) => rejection === first.rejection);
  const parts = found.flatMap((one) => one.parts);
  if (parts.length === 0) return NOTHING;
  return { rejection: isSame ? first.rejection : 'some', parts };
}
