import type { BetfairSession } from '../betfair-session.js';
import type { AbortSignalLike } from '../common/abort-listener.js';
import { CallScope } from './call-scope.js';
import { read, type Rejection } from './rejection/rejection-envelope.js';

/** Where the sessions of a tracked call come from. */
export interface SessionSource {
  /** Name of the account, to tell accounts apart within one call. */
  readonly account: string;
  getSession(options: { signal?: AbortSignalLike | undefined }): Promise<BetfairSession>;
  refresh(
    rejected: BetfairSession,
    options: { signal?: AbortSignalLike | undefined },
  ): Promise<BetfairSession>;
  /** Tells the developer, once each, what keeps a call from being repeated. */
  warn(message: string): void;
}

export interface TrackedCallOptions {
  readonly signal?: AbortSignalLike | undefined;
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

/** How an attempt ended, and whether Betfair refused it for its session. */
export type Outcome<T> = { readonly rejection: Rejection } & (
  | { readonly type: 'resolved'; readonly value: T }
  | { readonly type: 'threw'; readonly error: unknown }
);

/** Sends a call with a session, in a layer of its own. It does not throw: how it ended is its result. */
export type Attempt<T> = (session: BetfairSession, scope: CallScope) => Promise<Outcome<T>>;

/**
 * Makes one call with a session. Refused for its session, it is made once more with a new one, unless a layer inside
 * already did so or had another call accepted; any other outcome, and that of the repetition, is handed on unchanged.
 */
export async function callWithSession<T>(
  sessions: SessionSource,
  attempt: Attempt<T>,
  options: TrackedCallOptions = {},
): Promise<T> {
  const scope = CallScope.open();
  try {
    return await callInScope(scope, sessions, attempt, options);
  } finally {
    scope.end();
  }
}

async function callInScope<T>(
  scope: CallScope,
  sessions: SessionSource,
  call: Attempt<T>,
  { signal, repeatable = true }: TrackedCallOptions,
): Promise<T> {
  const session = await sessions.getSession({ signal });
  const first = await attempt(session);
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
  return handOn(await attempt(renewed));

  async function attempt(current: BetfairSession): Promise<Outcome<T>> {
    scope.handedOut = { account: sessions.account, session: current };
    scope.last = undefined;
    const outcome = await call(current, scope);
    // Everything but a rejection of all of it got through, or may have: an outage says nothing of an order's fate.
    if (outcome.rejection !== 'all') scope.markSettled();
    return outcome;
  }

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

function settle<T>(outcome: Outcome<T>): T {
  if (outcome.type === 'threw') throw outcome.error;
  return outcome.value;
}

/** Frees the connection of an answer that nobody will read. */
async function discard(value: unknown): Promise<void> {
  const body = read(value, 'body');
  if (body instanceof ReadableStream && !body.locked) await body.cancel().catch(() => undefined);
}
