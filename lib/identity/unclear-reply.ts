import { explainConnectionFailure } from '../common/http/connection-failure.js';
import { BetfairIdentityUnavailableError, BetfairSessionError } from '../errors/index.js';
import { safeCause } from '../errors/safe-cause.js';
import type { IdentityResponse, Operation } from './identity.request.js';

/** No usable answer, which says nothing about the session. */
export interface Unclear {
  readonly type: 'unclear';
  readonly error: BetfairSessionError;
}

/** Content types that a message may name. */
const CONTENT_TYPES: ReadonlySet<string> = new Set([
  'application/json',
  'application/octet-stream',
  'application/problem+json',
  'application/xhtml+xml',
  'application/xml',
  'image/gif',
  'image/jpeg',
  'image/png',
  'text/html',
  'text/plain',
  'text/xml',
]);

/** Result without a usable answer, for a reason such as `answered INTERNAL_ERROR`. */
export function unclear(operation: Operation, reason: string, cause?: Error): Unclear {
  const error = new BetfairIdentityUnavailableError(
    `Betfair's identity service ${reason} (${operation}). This says nothing about the session; try again later.`,
    cause === undefined ? {} : { cause },
  );
  return { type: 'unclear', error };
}

/** Result of a response that is not the JSON of the identity service. */
export function unexpected(operation: Operation, response: IdentityResponse): Unclear {
  const reason = `answered HTTP ${response.status} (${kindOf(response.contentType)}) instead of JSON${hintOf(response)}`;
  return unclear(operation, reason);
}

/** Result of a request that its caller cancelled. A typed error of the caller is kept. */
export function cancelled(operation: Operation, reason: unknown): Unclear {
  return reason instanceof BetfairSessionError
    ? { type: 'unclear', error: reason }
    : unclear(operation, 'had not answered when the request was cancelled', safeCause(reason));
}

/** Result of a connection that failed. `cause` is safe to show. */
export function unreachable(operation: Operation, cause: Error): Unclear {
  const { reason, advice } = explainConnectionFailure(cause);
  const what = `could not be reached (${reason})`;
  if (advice === undefined) return unclear(operation, what, cause);
  const error = new BetfairIdentityUnavailableError(
    `Betfair's identity service ${what} (${operation}). ${advice} This says nothing about the session.`,
    { cause },
  );
  return { type: 'unclear', error };
}

function hintOf({ status, isCompressed = false }: IdentityResponse): string {
  if (status === 403) return '; this address may be blocked';
  if (status >= 300 && status < 400) return '; this country may be blocked';
  return isCompressed ? '; a proxy may have compressed the answer, which was not requested' : '';
}

/** Names the kind of page. Other content types are not quoted: they may echo the request. */
function kindOf(contentType: string): string {
  const type = contentType.toLowerCase().split(';', 1).join().trim();
  if (CONTENT_TYPES.has(type)) return type;
  return type === '' ? 'no content type' : 'an unusual content type';
}
