import type { BetfairSession } from '../betfair-session.js';
import type { AbortSignalLike } from '../common/abort-listener.js';
import { abortable } from '../common/deadline.js';
import type { CallScope } from './call-scope.js';
import { refusalsIn } from './refusal.js';
import { inspectFailure, inspectOutcome, lookUntil } from './rejection/suspicion.js';
import { isUnpeekable } from './rejection/rejection-response.js';
import type { SessionSource } from './session-source.js';
import { callWithSession, type Outcome } from './tracked-call.js';

const UNPEEKABLE =
  "A call given to run() returned an unread stream (undici.request(), or axios with the responseType 'stream'), in which a rejected session goes unnoticed. Return `await body.json()` from the call, use another responseType, or use fetch() of SessionService.";

/** Makes one call with any client. Repeats it once with a new session if it was refused and its session is dead. */
export function runWithSession<T>(
  source: SessionSource,
  call: (session: BetfairSession) => Promise<T>,
  signal: AbortSignalLike | undefined,
): Promise<T> {
  return callWithSession(source, {
    async attempt(session, scope) {
      scope.take(source, session);
      const made = () => abortable(() => scope.run(() => call(session)), signal);
      const outcome = await outcomeOf(scope, made, signal);
      if (outcome.type === 'resolved' && isUnpeekable(outcome.value)) source.warn(UNPEEKABLE);
      return outcome;
    },
    name: 'A call given to run()',
    // Nothing is known about the call.
    isRead: () => false,
    isRepeatable: () => true,
    signal,
  });
}

async function outcomeOf<T>(
  scope: CallScope,
  call: () => Promise<T>,
  signal: AbortSignalLike | undefined,
): Promise<Outcome<T>> {
  try {
    const value = await call();
    const { rejection, parts } = await lookUntil(signal, inspectOutcome(value));
    return { type: 'resolved', value, rejection, refusals: refusalsIn(parts, scope.taken) };
  } catch (error) {
    const { rejection, parts } = await lookUntil(signal, inspectFailure(error));
    return { type: 'threw', error, rejection, refusals: refusalsIn(parts, scope.taken) };
  }
}
