import { BetfairApiError } from '../../errors/index.js';
import type { Answered } from '../fetch/session-fetch.js';
import { read } from '../../common/unknown-values.js';
import { errorOf, resultOf, type CallContext } from './api-reply.js';
import { endpointOf, isRead } from '../operation.js';

/** One operation of a JSON-RPC API, and its parameters. */
export interface ApiCall {
  /** Such as `SportsAPING/v1.0/listEventTypes`. */
  readonly operation: string;
  /** The parameters, as Betfair documents them. @default {} */
  readonly params?: object | undefined;
}

/** A call of a batch that Betfair did. */
export interface ApiCallDone<T> {
  /** As in the outcomes of `Promise.allSettled`. */
  readonly status: 'fulfilled';
  /** The result of the operation. */
  readonly value: T;
}

/** A call of a batch that Betfair did not do. */
export interface ApiCallFailed {
  /** As in the outcomes of `Promise.allSettled`. */
  readonly status: 'rejected';
  /** Why not. */
  readonly reason: BetfairApiError;
}

/** The outcome of one call of a batch, in the form of `Promise.allSettled`. */
export type ApiCallOutcome<T = unknown> = ApiCallDone<T> | ApiCallFailed;

/** The last id in this process; no two calls share one, so an answer that belongs to another call is noticed. */
let lastId = 0;

function nextId(): number {
  lastId = lastId === Number.MAX_SAFE_INTEGER ? 1 : lastId + 1;
  return lastId;
}

type Send = (path: string, init: RequestInit) => Promise<Answered>;

/**
 * Makes one call.
 *
 * @throws BetfairApiError Betfair did not do it
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
 * Makes several calls of one API in one request. Betfair answers in the order in which they are done, so replies are
 * told apart by their `id`.
 *
 * @throws BetfairApiError Betfair did none of them
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
      'callAll() was given operations of several APIs, which Betfair does not take in one request. Make one callAll() for each API.',
    );
  }
  // Copied, since the caller's list may have changed until there is an answer.
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
  return { reply: await parse(response), context };
}

/** The JSON in an answer; `undefined` where it holds none, as a page of a proxy. */
async function parse(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
