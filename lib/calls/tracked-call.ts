import type { BetfairSession } from '../session/betfair-session.js';
import { CallScope } from './call-scope.js';
import {
  inspectResult,
  inspectThrown,
  isUnpeekable,
  type Rejection,
} from './invalid-session.detector.js';
import { read } from './rejection-envelope.js';

/** Where the sessions of a tracked call come from. */
export interface SessionSource {
  /** Name of the account, to tell accounts apart within one call. */
  readonly account: string;
  getSession(options: { signal?: AbortSignal | undefined }): Promise<BetfairSession>;
  refresh(
    rejected: BetfairSession,
    options: { signal?: AbortSignal | undefined },
  ): Promise<BetfairSession>;
  /** Tells the developer, once each, what keeps a call from being repeated. */
  warn(message: string): void;
}

export interface TrackedCallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Whether the call can be sent a second time. */
  readonly repeatable?: boolean;
}

/** Notes a session in a layer, so that a refusal there is charged to the account whose session was used. */
export function handOut(
  sessions: SessionSource,
  scope: CallScope,
  session: BetfairSession,
): BetfairSession {
  const refresh = (rejected: BetfairSession) => sessions.refresh(rejected, {});
  scope.last = { account: sessions.account, session, refresh };
  return session;
}

type Outcome<T> = { readonly rejection: Rejection } & (
  | { readonly type: 'resolved'; readonly value: T }
  | { readonly type: 'threw'; readonly error: unknown }
);

/**
 * Makes one call with a session. Refused for its session, it is made once more with a new one, unless a layer inside
 * already did so or had another call accepted; any other outcome, and that of the repetition, is handed on unchanged.
 */
export async function callWithSession<T>(
  sessions: SessionSource,
  call: (session: BetfairSession) => Promise<T>,
  options: TrackedCallOptions = {},
): Promise<T> {
  const scope = CallScope.open();
  try {
    return await callInScope(scope, sessions, call, options);
  } finally {
    scope.end();
  }
}

async function callInScope<T>(
  scope: CallScope,
  sessions: SessionSource,
  call: (session: BetfairSession) => Promise<T>,
  { signal, repeatable = true }: TrackedCallOptions,
): Promise<T> {
  const session = await sessions.getSession({ signal });
  const first = await attempt(sessions, scope, session, call);
  if (first.rejection === 'none') return settle(first);
  // A new session was refused too, or could not be had: another attempt would not help, and cost another login.
  if (scope.repeated && !scope.settled) return handOn(first);
  if (scope.settled || !repeatable) {
    if (!repeatable) sessions.warn(UNREPEATABLE);
    // So that the next call finds a new session; this answer does not wait for it.
    sessions.refresh(refused(), {}).catch(() => undefined);
    return handOn(first);
  }
  // Spent even where no session can be had: a layer around that repeats would have this request sent a third time.
  scope.markRepeated();
  const renewed = await sessions.refresh(refused(), { signal });
  // A call that was started and not waited for may have got through meanwhile.
  if (scope.settled) return handOn(first);
  if (first.type === 'resolved') await discard(first.value);
  return handOn(await attempt(sessions, scope, renewed, call));

  /** The session that was refused: a newer one than that of this layer, where the call asked for one itself. */
  function refused(): BetfairSession {
    const { handedOut, last } = scope;
    return (last?.account === sessions.account ? last.session : handedOut?.session) ?? session;
  }

  /** Hands an outcome to the layer around this one, and tells it whose session was refused. */
  function handOn(outcome: Outcome<T>): T {
    if (outcome.rejection !== 'none') {
      const refresh = (dead: BetfairSession) => sessions.refresh(dead, {});
      scope.blame({ account: sessions.account, session: refused(), refresh });
    }
    return settle(outcome);
  }
}

const UNREPEATABLE =
  'Betfair refused a request for its session, and its body is a stream, which cannot be sent again. Give it as a string or a Buffer and such requests are repeated with the new session.';
const UNPEEKABLE =
  "A call gave its body as an unread stream (undici.request(), or axios with the responseType 'stream'), which cannot be looked at without consuming it, so a rejected session goes unnoticed. Return `await body.json()` from the call, take another responseType, or use fetch().";

async function attempt<T>(
  sessions: SessionSource,
  scope: CallScope,
  session: BetfairSession,
  call: (session: BetfairSession) => Promise<T>,
): Promise<Outcome<T>> {
  scope.handedOut = { account: sessions.account, session };
  scope.last = undefined;
  const outcome = await outcomeOf(() => scope.run(() => call(session)));
  // Everything but a rejection of all of it got through, or may have: an outage says nothing of an order's fate.
  if (outcome.rejection !== 'all') scope.markSettled();
  if (outcome.type === 'resolved' && isUnpeekable(outcome.value)) sessions.warn(UNPEEKABLE);
  return outcome;
}

async function outcomeOf<T>(call: () => Promise<T>): Promise<Outcome<T>> {
  try {
    const value = await call();
    return { type: 'resolved', value, rejection: await inspectResult(value) };
  } catch (error) {
    return { type: 'threw', error, rejection: inspectThrown(error) };
  }
}

function settle<T>(outcome: Outcome<T>): T {
  if (outcome.type === 'threw') throw outcome.error;
  return outcome.value;
}

/** Frees the connection of an answer that nobody will read. */
async function discard(value: unknown): Promise<void> {
  const body = read(value, 'body');
  if (body instanceof ReadableStream && !body.locked) await body.cancel().catch(() => undefined);
}
