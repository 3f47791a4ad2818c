import { redact } from '../common/redact.js';
import { isTokenText } from '../common/session-token.js';
import { BetfairIdentityUnavailableError, BetfairSessionError } from '../errors/index.js';
import { loginCode, type LoginCodeKind } from './login-codes.js';

/** What arrived for one identity request. */
export interface IdentityResponse {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  /** What the request held and no message may show. */
  readonly secrets: readonly string[];
}

/** No usable answer; says nothing about the session. */
export interface Unclear {
  readonly type: 'unclear';
  readonly error: BetfairSessionError;
  /** Of a login: whether Betfair itself refused or failed, so that no session can have come of it. */
  readonly answered?: boolean | undefined;
}

export type RefusalKind = Exclude<LoginCodeKind, 'transient' | 'ban'>;

export type LoginReply =
  | { readonly type: 'loggedIn'; readonly token: string }
  /** The same login would be refused again; `kind` says what ends that. */
  | { readonly type: 'refused'; readonly code: string; readonly kind: RefusalKind }
  | { readonly type: 'banned' }
  | Unclear;
export type KeepAliveReply = { readonly type: 'alive' } | { readonly type: 'dead' } | Unclear;
export type LogoutReply = { readonly type: 'loggedOut' } | Unclear;

type Operation = 'login' | 'keepAlive' | 'logout';

/** Reads the reply of either login; certlogin and the interactive login name the same fields differently. */
export function parseLoginReply(response: IdentityResponse): LoginReply {
  const body = parseBody('login', response);
  if ('type' in body) return body;
  const status = body.fields['loginStatus'] ?? body.fields['status'];
  const token = body.fields['sessionToken'] ?? body.fields['token'];
  if (!isText(status)) return unexpected('login', response);
  // LIMITED_ACCESS: the account may not bet, but its token is usable.
  if (status === 'SUCCESS' || status === 'LIMITED_ACCESS') {
    return isText(token) && isTokenText(token)
      ? { type: 'loggedIn', token }
      : unclear('login', 'reported success without a usable token', false);
  }
  const error = body.fields['error'];
  const code = printable(isText(error) ? error : status, response);
  const { kind } = loginCode(code);
  if (kind === 'ban') return { type: 'banned' };
  return kind === 'transient'
    ? unclear('login', `answered ${code}`, true)
    : { type: 'refused', code, kind };
}

/** Reads the reply of keepAlive. The echoed token and product are never used: what counts is the token that was sent. */
export function parseKeepAliveReply(response: IdentityResponse): KeepAliveReply {
  const reply = parseStatus('keepAlive', response);
  if ('error' in reply) return reply;
  if (reply.code === undefined) return { type: 'alive' };
  if (endsSession(reply.code)) return { type: 'dead' };
  if (isTransient(reply.code)) return unclear('keepAlive', `answered ${reply.code}`);
  return {
    type: 'unclear',
    error: new BetfairSessionError(
      `Betfair answered keepAlive with the undocumented code ${reply.code}. The session is kept and no login is made; look the code up, or log out and in again by hand.`,
      { code: 'BETFAIR_KEEP_ALIVE_REJECTED', retryable: false },
    ),
  };
}

/** Reads the reply of logout; a session that is already gone counts as logged out. */
export function parseLogoutReply(response: IdentityResponse): LogoutReply {
  const reply = parseStatus('logout', response);
  if ('error' in reply) return reply;
  if (reply.code === undefined || endsSession(reply.code)) return { type: 'loggedOut' };
  if (isTransient(reply.code)) return unclear('logout', `answered ${reply.code}`);
  return {
    type: 'unclear',
    error: new BetfairSessionError(
      `Betfair answered logout with the undocumented code ${reply.code}. The session may still live; look the code up.`,
      { code: 'BETFAIR_LOGOUT_REJECTED', retryable: false },
    ),
  };
}

/** An answer that never came, or broke off. */
export function unanswered(operation: Operation, reason: string, cause: Error): Unclear {
  return unclear(operation, reason, false, cause);
}

/** INPUT_VALIDATION_ERROR: Betfair cannot even read the token, so it is as good as gone. */
function endsSession(code: string): boolean {
  return code === 'NO_SESSION' || code === 'INPUT_VALIDATION_ERROR';
}

function isTransient(code: string): boolean {
  return loginCode(code).kind === 'transient';
}

function parseStatus(
  operation: Operation,
  response: IdentityResponse,
): { readonly code: string | undefined } | Unclear {
  const body = parseBody(operation, response);
  if ('type' in body) return body;
  const { status, error } = body.fields;
  if (!isText(status)) return unexpected(operation, response);
  return {
    code: status === 'SUCCESS' ? undefined : printable(isText(error) ? error : status, response),
  };
}

function parseBody(
  operation: Operation,
  response: IdentityResponse,
): { fields: Readonly<Record<string, unknown>> } | Unclear {
  const { status } = response;
  // Outage pages, address blocks and country redirects, whatever their body claims.
  if (status !== 200) return unexpected(operation, response);
  try {
    const fields: unknown = JSON.parse(response.body);
    // Of null or a list no field has a name that is asked for.
    if (typeof fields === 'object') return { fields: { ...fields } };
  } catch {
    // Not JSON: the page of something between us and Betfair.
  }
  return unexpected(operation, response);
}

function unexpected(operation: Operation, response: IdentityResponse): Unclear {
  const { status, contentType } = response;
  const hint =
    status === 403
      ? '; this address may be blocked'
      : status >= 300 && status < 400
        ? '; this country may be blocked'
        : '';
  const reason = `answered HTTP ${status} (${printable(contentType, response) || 'no content type'}) instead of its JSON${hint}`;
  // With 200 the broken text may have been the token of a session that now exists.
  return unclear(operation, reason, status !== 200);
}

function unclear(operation: Operation, reason: string, answered?: boolean, cause?: Error): Unclear {
  const error = new BetfairIdentityUnavailableError(
    `Betfair's identity service ${reason} (${operation}). This says nothing about the session; try again later.`,
    cause === undefined ? {} : { cause },
  );
  return { type: 'unclear', error, answered };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** Raw text of a reply, cut and cleaned so that it can stand in a message. */
function printable(text: string, { secrets }: IdentityResponse): string {
  return redact(text, secrets)
    .replace(/[^\x20-\x7e]/g, '?')
    .slice(0, 100);
}
