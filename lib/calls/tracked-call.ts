import type { BetfairSession } from '../betfair-session.js';
import type { AbortSignalLike } from '../common/abort-listener.js';
import { abortable } from '../common/deadline.js';
import { BetfairSessionError } from '../errors/index.js';
import { CallScope } from './call-scope.js';
import { replaceDead, type Refusal } from './refusal.js';
import { read } from '../common/unknown-values.js';
import { type Rejection } from './rejection/rejection-envelope.js';
import type { SessionSource } from './session-source.js';
import { addCall, type CallUnderWay, noteCall, noteWrite, removeCall } from './stray-calls.js';

/** The outcome of an attempt, and how much of it Betfair refused for which sessions. */
export type Outcome<T> = {
  readonly rejection: Rejection;
  readonly refusals: readonly Refusal[];
} & (
  | { readonly type: 'resolved'; readonly value: T }
  | { readonly type: 'threw'; readonly error: unknown }
);

/** A call that may be made twice. */
export interface TrackedCall<T> extends CallUnderWay {
  /** Sends it with a session, in a layer of its own. Does not throw: how it ended is its result. */
  attempt(session: BetfairSession, scope: CallScope): Promise<Outcome<T>>;
  /** Names it in a warning. */
  readonly name: string;
  /** Settles when what it sends is known. */
  readonly ready?: Promise<unknown> | undefined;
  /** Tells if it can be sent a second time. */
  isRepeatable(): boolean;
  readonly signal?: AbortSignalLike | undefined;
}

/**
 * Makes one call with a session. Refused for its session, it is made once more with a new one, unless a layer inside
 * already did so or had another call accepted; any other outcome, and that of the repetition, is handed on unchanged.
 *
 * @throws BetfairSessionError `BETFAIR_RUN_ABANDONED`; and what the call or `getSession` throws
 */
export async function callWithSession<T>(source: SessionSource, call: TrackedCall<T>): Promise<T> {
  const { ready, signal } = call;
  const scope = CallScope.open();
  addCall(call);
  // If the signal aborted before, nobody waits for it.
  ready?.catch(() => undefined);
  try {
    if (ready) await abortable(() => ready, signal);
    return await callInScope(scope, source, call);
  } finally {
    removeCall(call);
    scope.end();
  }
}

async function callInScope<T>(
  scope: CallScope,
  source: SessionSource,
  call: TrackedCall<T>,
): Promise<T> {
  const { signal, name: where } = call;
  if (scope.isGivenUp && call.isRead() !== true) {
    source.warn(ABANDONED);
    throw new BetfairSessionError(ABANDONED, { code: 'BETFAIR_RUN_ABANDONED', retryable: false });
  }
  noteCall(call, scope);
  const first = await attempt(await source.getSession({ signal }));
  if (first.rejection === 'none') return settle(first);
  const mayRepeat = () => !scope.settled && !scope.repeated;
  if (first.rejection === 'some' || !call.isRepeatable() || !mayRepeat()) {
    if (!call.isRepeatable()) source.warn(UNREPEATABLE);
    // So that the next call finds a new session; this answer does not wait for it.
    replaceDead(first.refusals, { where }).catch(() => undefined);
    return settle(first);
  }
  const dead = await replaceDead(first.refusals, { where, signal, isRepeated: true });
  // It was judged here, and no layer around it judges it again.
  if (dead.length === 0) scope.markRepeated();
  // A call that was started and not waited for may have got through meanwhile.
  if (!mayRepeat()) return settle(first);
  // Spent even if no session can be obtained: a layer around that repeats would have this request sent a third time.
  scope.markRepeated();
  const renewed = await source.getSession({ signal });
  if (scope.settled) return settle(first);
  if (first.type === 'resolved') await discard(first.value);
  const second = await attempt(renewed);
  // A handler around it that lost its layer must not have it sent a third time either.
  if (second.rejection !== 'none') noteWrite(scope);
  const isProven = second.refusals.some(({ isProof, session }) => isProof && session === renewed);
  if (isProven) source.refusedAgain(renewed);
  return settle(second);

  async function attempt(session: BetfairSession): Promise<Outcome<T>> {
    noteCall(call, scope);
    const outcome = await call.attempt(session, scope);
    // Everything but a rejection of all of it got through, or may have: an outage says nothing of an order's fate.
    if (outcome.rejection !== 'all') scope.markSettled();
    return outcome;
  }
}

/** Marks the promise of a call as handled if its run was given up, because nobody may wait for it any more. */
export function handledIfGivenUp<T>(promise: Promise<T>): Promise<T> {
  if (CallScope.current?.isGivenUp) promise.catch(() => undefined);
  return promise;
}

const UNREPEATABLE =
  'Betfair refused a request for its session, and its body is a stream, which cannot be sent again. Give it as a string or a Buffer and such requests are repeated with the new session.';

const ABANDONED =
  'A call was not sent, because it came from the first run of a handler that was refused for its session and runs a second time, or from a queue, a timer or a loop that this run started. Await every call of such a handler, and start loops elsewhere.';

function settle<T>(outcome: Outcome<T>): T {
  if (outcome.type === 'threw') throw outcome.error;
  return outcome.value;
}

/** Frees the connection of an answer that nobody will read. */
async function discard(value: unknown): Promise<void> {
  const body = read(value, 'body');
  if (body instanceof ReadableStream && !body.locked) await body.cancel().catch(() => undefined);
}
