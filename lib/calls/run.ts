import type { BetfairSession } from '../betfair-session.js';
import {
  inspectResult,
  inspectThrown,
  isUnpeekable,
} from './rejection/invalid-session.detector.js';
import {
  callWithSession,
  type Outcome,
  type SessionSource,
  type TrackedCallOptions,
} from './tracked-call.js';

const UNPEEKABLE =
  "A call gave its body as an unread stream (undici.request(), or axios with the responseType 'stream'), which cannot be looked at without consuming it, so a rejected session goes unnoticed. Return `await body.json()` from the call, take another responseType, or use fetch().";

/** Makes one call with any client, and once more with a new session where its outcome says that it was refused. */
export function runWithSession<T>(
  sessions: SessionSource,
  call: (session: BetfairSession) => Promise<T>,
  options: TrackedCallOptions,
): Promise<T> {
  return callWithSession(
    sessions,
    async (session, scope) => {
      const outcome = await outcomeOf(() => scope.run(() => call(session)));
      if (outcome.type === 'resolved' && isUnpeekable(outcome.value)) sessions.warn(UNPEEKABLE);
      return outcome;
    },
    options,
  );
}

async function outcomeOf<T>(call: () => Promise<T>): Promise<Outcome<T>> {
  try {
    const value = await call();
    return { type: 'resolved', value, rejection: await inspectResult(value) };
  } catch (error) {
    return { type: 'threw', error, rejection: inspectThrown(error) };
  }
}
