import { BetfairApiError } from '../../errors/index.js';
import type { Answered } from '../fetch/session-fetch.js';
import { read, parseJson } from '../../common/unknown-values.js';
import { errorOf, resultOf, type CallContext } from './api-reply.js';
import { endpointOf, isRead } from '../operation.js';

/** One operation of a JSON-RPC API, and its parameters. */
export interface ApiCall {
  /** Such as `SportsAPING/v1.0/listEventTypes`. */
  readonly operation: string;
  /** The parameters, as Betfair documents them. @default `{}` */
  readonly params?: object | undefined;
}

/** A call of a batch that succeeded. */
export interface ApiCallDone<T> {
  /** Name of the outcome, the same as in `Promise.allSettled`. */
  readonly status: 'fulfilled';
  /** The result of the operation. */
  readonly value: T;
}

/** A call of a batch that failed. */
export interface ApiCallFailed {
  /** Name of the outcome, the same as in `Promise.allSettled`. */
  readonly status: 'rejected';
  /** Reason of the failure. */
  readonly reason: BetfairApiError;
}

/** The outcome of one call of a batch, in the form of `Promise.allSettled`. */
export type ApiCallOutcome<T = unknown> = ApiCallDone<T> | ApiCallFailed;

/** Last id used in this process. Ids are unique, so that an answer to another call is noticed. */
let lastId = 0;

function nextId(): number {
  lastId = lastId === Number.MAX_SAFE_INTEGER ? 1 : lastId + 1;
  return lastId;
}

type Send = (path: string, init: RequestInit) => Promise<Answered>;

/**
 * Makes one call.
 *
 * @throws BetfairApiError the call failed
 */
export async function callOne(
  send: Send,
  { operation, params = {} }: ApiCall,
  signal: AbortSignal | undefined,
): Promise<unknown> {
  const id = nextId();
  const request = { jsonrpc: '2.0', id, method: operation, params };
  const { reply, context } = await post(send, endpointOf(operation), signal, request);
  return resultOf(reply, id, context([operation]));
}

/**
 * Makes several calls of one API in one request. Betfair may reply in another order, so replies are matched by `id`.
 *
 * @throws BetfairApiError all of them failed
 */
export async function callBatch(
  send: Send,
  calls: readonly ApiCall[],
  signal: AbortSignal | undefined,
): Promise<ApiCallOutcome[]> {
  const [first, ...others] = new Set(calls.map(({ operation }) => endpointOf(operation)));
  if (first === undefined) return [];
  if (others.length > 0) {
    throw new TypeError(
      'callAll() got operations of several APIs, but Betfair takes only one API in a request. Use one callAll() for each API.',
    );
  }
  // Copied, because the caller may change its list before the answer arrives.
  const asked = calls.map(({ operation }) => ({ operation, id: nextId() }));
  const requests = calls.map(({ operation, params = {} }, index) => ({
    jsonrpc: '2.0',
    id: asked[index]?.id,
    method: operation,
    params,
  }));
  const { reply, context } = await post(send, first, signal, requests);
  if (!Array.isArray(reply)) throw errorOf(reply, context(asked.map(({ operation }) => operation)));
  const byId = new Map(reply.map((one: unknown) => [read(one, 'id'), one]));
  return asked.map(({ operation, id }) => outcomeOf(byId.get(id), id, context([operation])));
}

function outcomeOf(reply: unknown, id: number, context: CallContext): ApiCallOutcome {
  try {
    return { status: 'fulfilled', value: resultOf(reply, id, context) };
  } catch (error) {
    if (!(error instanceof BetfairApiError)) throw error;
    return { status: 'rejected', reason: error };
  }
}

async function post(send: Send, path: string, signal: AbortSignal | undefined, body: object) {
  const { response, sessions } = await send(path, {
    method: 'POST',
    body: JSON.stringify(body),
    signal: signal ?? null,
  });
  const { status } = response;
  const context = (operations: readonly string[]): CallContext => ({
    operation: operations.join(', '),
    isRead: operations.every(isRead),
    status,
    secrets: sessions.flatMap(({ token, applicationKey }) => [token, applicationKey]),
  });
  return { reply: parseJson(await response.text()), context };
}
