import { types } from 'node:util';
import {
  inspectError,
  isClientResult,
  isError,
  isOwn,
  isRefusedItself,
} from './invalid-session.detector.js';
import {
  CHAIN_LIMIT,
  INVALID_SESSION,
  inspectBody,
  inspectCarried,
  isList,
  read,
  type Rejection,
} from './rejection-envelope.js';
import { inspectResponse, isPeekable, mayRefuse, wasJudged } from './rejection-response.js';

/** A promise only if an unread `Response` has to be peeked at. */
type Suspicion = Rejection | Promise<Rejection>;

/** Keys under which clients, and the results that applications make of theirs, hold a body or an error. */
const MEMBERS = ['error', 'data', '_data', 'body', 'json', 'text'] as const;

/** Elements that are looked at in a list of results or of errors. */
const LIST_LIMIT = 100;

/** Looks one level deep for a refusal in what was resolved, and may be wrong. Never throws or rejects. */
export function inspectOutcome(value: unknown): Suspicion {
  if (isError(value)) return inspectFailure(value);
  const first = isList(value) ? read(value, 0) : undefined;
  const isOfResults = isSettled(first) || isClientResult(first) || isPeekable(first);
  return isOfResults ? inspectList(value, inspectElement) : inspectPart(value);
}

/** Looks one level deep for a refusal in what was thrown, and may be wrong. Never throws or rejects. */
export function inspectFailure(error: unknown): Suspicion {
  const found = inspectChain(error);
  return found === 'none' && !isOwn(error)
    ? inspectList(read(error, 'errors'), inspectChain)
    : found;
}

function inspectChain(error: unknown): Suspicion {
  let link = error;
  for (let depth = 0; depth < CHAIN_LIMIT && link !== undefined && !isOwn(link); depth += 1) {
    const found = inspectPart(link);
    if (found !== 'none') return found;
    link = read(link, 'cause');
  }
  return 'none';
}

function inspectElement(value: unknown): Suspicion {
  if (!isSettled(value)) return inspectPart(value);
  const reason = read(value, 'reason');
  return reason === undefined ? inspectPart(read(value, 'value')) : inspectChain(reason);
}

function inspectPart(value: unknown): Suspicion {
  const response = read(value, 'response');
  if (wasJudged(value) || wasJudged(response)) return 'none';
  if (isPeekable(value)) return inspectResponse(value);
  const found = inspectItself(value);
  if (found !== 'none' || !mayRefuse(statusOf(value)) || !mayRefuse(statusOf(response)))
    return found;
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

function inspectList(list: unknown, inspect: (value: unknown) => Suspicion): Suspicion {
  if (!isList(list)) return 'none';
  // What is left out counts as not refused.
  const length = Math.min(list.length, LIST_LIMIT + 1);
  const found = Array.from({ length }, (_, index) =>
    index < LIST_LIMIT ? inspect(read(list, index)) : 'none',
  );
  const known = found.filter((one) => typeof one === 'string');
  return known.length === length
    ? sum(known)
    : Promise.all(found.map(async (one) => one)).then(sum);
}

function isSettled(value: unknown): boolean {
  const status = read(value, 'status');
  return status === 'fulfilled' || status === 'rejected';
}

function statusOf(answer: unknown): unknown {
  return read(answer, 'status') ?? read(answer, 'statusCode');
}

function sum(found: readonly Rejection[]): Rejection {
  const [first = 'none'] = found;
  return found.every((one) => one === first) ? first : 'some';
}
