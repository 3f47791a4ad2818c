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
  CHAIN_LIMIT,
  INVALID_SESSION,
  inspectBody,
  inspectCarried,
  isList,
  type Rejection,
} from './rejection-envelope.js';
import { inspectResponse, isPeekable, mayRefuse, wasJudged } from './rejection-response.js';

/** The share of an outcome that looks refused, and the parts that do: each an error or an answer with its request. */
interface Suspicion {
  readonly rejection: Rejection;
  readonly parts: readonly unknown[];
}

/** A promise only if an unread `Response` has to be peeked at. */
export type Look = Suspicion | Promise<Suspicion>;

const NOTHING: Suspicion = { rejection: 'none', parts: [] };

/** Keys under which clients, and the results that applications make of theirs, hold a body or an error. */
const MEMBERS = ['error', 'data', '_data', 'body', 'json', 'text'] as const;

/** Elements that are looked at in a list of results or of errors. */
const LIST_LIMIT = 100;

/** Waits for a look, but not longer than `signal`; what is not seen by then is no refusal. */
export function lookUntil(signal: AbortSignalLike | undefined, look: Look): Look {
  return look instanceof Promise ? abortable(() => look, signal).catch(() => NOTHING) : look;
}

/** Looks one level deep for a refusal in what was resolved, and may be wrong. Never throws or rejects. */
export function inspectOutcome(value: unknown): Look {
  if (isError(value)) return inspectFailure(value);
  const first = isList(value) ? read(value, 0) : undefined;
  const isOfResults = isSettled(first) || isClientResult(first) || isPeekable(first);
  return isOfResults ? inspectList(value, inspectElement) : inspectPart(value);
}

/** Looks one level deep for a refusal in what was thrown, and may be wrong. Never throws or rejects. */
export function inspectFailure(error: unknown): Look {
  const found = inspectChain(error);
  return found === NOTHING && !isOwn(error)
    ? inspectList(read(error, 'errors'), inspectChain)
    : found;
}

function inspectChain(error: unknown): Look {
  let link = error;
  for (let depth = 0; depth < CHAIN_LIMIT && link !== undefined && !isOwn(link); depth += 1) {
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
  // First, since a handler that hands on what Betfair answered is the usual one, and the rest asks for thirty names.
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
  // An unread stream; to ask such an answer of node-fetch for `data` prints a warning.
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
  // The prototypes of a Proxy may have no end.
  if (!types.isProxy(value) && isError(value)) return inspectError(value);
  return isRefusedItself(value) ? 'all' : inspectCarried(value);
}

function inspectList(list: unknown, inspect: (value: unknown) => Look): Look {
  if (!isList(list)) return NOTHING;
  // What is left out counts as not refused.
  const length = Math.min(list.length, LIST_LIMIT + 1);
  const found = Array.from({ length }, (_, index) =>
    index < LIST_LIMIT ? inspect(read(list, index)) : NOTHING,
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
