import { explainConnectionFailure } from '../common/http/connection-failure.js';
import { BetfairIdentityUnavailableError } from '../errors/index.js';
import { type Operation, unanswered, type Unclear } from './identity-reply.js';

/** An operation whose connection failed. `cause` is safe to show. */
export function unreachable(operation: Operation, cause: Error): Unclear {
  const { reason, advice } = explainConnectionFailure(cause);
  const what = `could not be reached (${reason})`;
  if (advice === undefined) return unanswered(operation, what, cause);
  const error = new BetfairIdentityUnavailableError(
    `Betfair's identity service ${what} (${operation}). ${advice} This says nothing about the session.`,
    { cause },
  );
  return { type: 'unclear', error };
}
