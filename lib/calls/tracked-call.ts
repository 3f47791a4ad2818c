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

/** Outcome of an attempt, the share of it that Betfair refused, and the sessions that it refused. */
export type Outcome<T> = {
  readonly rejection: Rejection;
  readonly refusals: readonly Refusal[];
} & (
  | { readonly type: 'resolved'; readonly value: T }
  | { readonly type: 'threw'; readonly error: unknown }
);

/** A call that may be made twice. */
export interface TrackedCall<T> extends CallUnderWay {
  /** Sends the call with a session, in the layer `scope`. Never throws: an error is part of the outcome. */
  attempt(session: BetfairSession, scope: CallScope): Promise<Outcome<T>>;
  /** Name of the call in a warning. */
  readonly name: string;
  /** Settles when the content to send is known. */
  readonly ready?: Promise<unknown> | undefined;
  isRepeatable(): boolean;
  readonly signal?: AbortSignalLike | undefined;
}

/**
 * Makes one call with a session. If the session is refused, the call is repeated once with a new one, unless an inner
 * layer has repeated a call or got one through. Other outcomes, and that of the repetition, are returned unchanged.
 *
 * @throws BetfairSessionError `BETFAIR_RUN_ABANDONED`; and what the call or `getSession` throws
 */
export async function callWithSession<T>(source: SessionSource, call: TrackedCall<T>): Promise<T> {
  const { ready, signal } = call;
  const scope = CallScope.open();
  addCall(call);
  // Nobody waits for it if the signal has aborted.
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
    // The next call gets a new session; this one does not wait for it.
    replaceDead(first.refusals, { where }).catch(() => undefined);
    return settle(first);
  }
  const dead = await replaceDead(first.refusals, { where, signal, isRepeated: true });
  // No session is dead, so an outer layer must not repeat the call either.
  if (dead.length === 0) scope.markRepeated();
  // A call that nobody awaited may have got through in the meantime.
  if (!mayRepeat()) return settle(first);
  // Marked even if no session can be obtained: an outer layer that repeats would send this request a third time.
  scope.markRepeated();
  const renewed = await source.getSession({ signal });
  if (scope.settled) return settle(first);
  if (first.type === 'resolved') await discard(first.value);
  const second = await attempt(renewed);
  // An outer handler that lost its layer must not send it a third time either.
  if (second.rejection !== 'none') noteWrite(scope);
  const isProven = second.refusals.some(({ isProof, session }) => isProof && session === renewed);
  if (isProven) source.refusedAgain(renewed);
  return settle(second);

  async function attempt(session: BetfairSession): Promise<Outcome<T>> {
    noteCall(call, scope);
    const outcome = await call.attempt(session, scope);
    // Anything but a rejection of all of it may have got through: after an outage the fate of an order is unknown.
    if (outcome.rejection !== 'all') scope.markSettled();
    return outcome;
  }
}

/** Marks a call's promise as handled if its run was replaced: it is possible that nobody awaits it any more. */
export function handledIfGivenUp<T>(promise: Promise<T>): Promise<T> {
  if (CallScope.current?.isGivenUp) promise.catch(() => undefined);
  return promise;
}

const UNREPEATABLE =
  'Betfair rejected the session of a request, which could not be repeated because its body is a stream. Pass the body as a string or a Buffer, so that such requests are repeated with a new session.';

const ABANDONED =
  'A call was not sent, because it came from the first run of a handler that is being repeated with a new session, or from a queue, a timer or a loop that this run started. Await every call in the handler, and start loops outside it.';

function settle<T>(outcome: Outcome<T>): T {
  if (outcome.type === 'threw') throw outcome.error;
  return outcome.value;
}

/** Frees the connection of an answer that nobody will read. */
async function discard(value: unknown): Promise<void> {
  const body = read(value, 'body');
  if (body instanceof ReadableStream && !body.locked) await body.cancel().catch(() => undefined);
}
