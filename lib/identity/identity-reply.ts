import { isText, parseJson } from '../common/unknown-values.js';
import { isTokenText } from '../common/session-token.js';
import { BetfairSessionError } from '../errors/index.js';
import type { IdentityResponse, Operation } from './identity.request.js';
import { classifyLoginCode, UNNAMED_CODE } from './login-codes.js';
import type { LoginCodeKind } from './login-codes.table.js';
import { NO_SESSION, shownCode } from './shown-code.js';
import { type Unclear, unclear, unexpected } from './unclear-reply.js';

/** A login without a usable answer. */
export interface UnclearLogin extends Unclear {
  /** `false` only with proof: nothing was sent, or Betfair refused or failed with a status or a code. */
  readonly mayHaveLoggedIn: boolean;
}

export type RefusalKind = Exclude<LoginCodeKind, 'transient' | 'ban'>;

export type LoginReply =
  | { readonly type: 'loggedIn'; readonly token: string }
  /** A refusal that a repeated login would get again; `kind` says what ends it. */
  | { readonly type: 'refused'; readonly code: string; readonly kind: RefusalKind }
  | { readonly type: 'banned' }
  | UnclearLogin;
export type KeepAliveReply = { readonly type: 'alive' } | { readonly type: 'dead' } | Unclear;
export type LogoutReply = { readonly type: 'loggedOut' } | Unclear;

/** Reads the reply of a login. The certificate login and the interactive one name the same fields differently. */
export function parseLoginReply(response: IdentityResponse): LoginReply {
  const body = parseBody('login', response);
  if ('type' in body) return unclearLogin(body, mayHideSession(response));
  const status = body.fields['loginStatus'] ?? body.fields['status'];
  const token = body.fields['sessionToken'] ?? body.fields['token'];
  if (!isText(status)) return unclearLogin(unexpected('login', response), true);
  // LIMITED_ACCESS: the account may not bet, but its token is usable.
  if (status === 'SUCCESS' || status === 'LIMITED_ACCESS') {
    return isText(token) && isTokenText(token) && !response.secrets.includes(token)
      ? { type: 'loggedIn', token }
      : unclearLogin(unclear('login', 'reported success without a usable token'), true);
  }
  const { error } = body.fields;
  const code = shownCode(isText(error) ? error : status, response.secrets);
  if (code === undefined) return unclearLogin(unexpected('login', response), true);
  const { kind } = classifyLoginCode(code);
  if (kind === 'ban') return { type: 'banned' };
  return kind === 'transient'
    ? unclearLogin(unclear('login', `answered ${code}`), false)
    : { type: 'refused', code, kind };
}

/** Reads the reply of keepAlive. The echoed token is ignored: only the token that was sent counts. */
export function parseKeepAliveReply(response: IdentityResponse): KeepAliveReply {
  const reply = parseStatus('keepAlive', response);
  if ('error' in reply) return reply;
  if (reply.code === undefined) return { type: 'alive' };
  if (endsSession(reply.code)) return { type: 'dead' };
  if (isTransient(reply.code)) return unclear('keepAlive', `answered ${reply.code}`);
  return {
    type: 'unclear',
    error: new BetfairSessionError(
      `Betfair answered keepAlive with the undocumented code ${reply.code}. The session is kept, and no login is made. Look the code up, or log out and in again by hand.`,
      { code: 'BETFAIR_KEEP_ALIVE_REJECTED', retryable: false },
    ),
  };
}

/** Reads the reply of logout. A session that is already gone counts as logged out. */
export function parseLogoutReply(response: IdentityResponse): LogoutReply {
  const reply = parseStatus('logout', response);
  if ('error' in reply) return reply;
  if (reply.code === undefined || endsSession(reply.code)) return { type: 'loggedOut' };
  if (isTransient(reply.code)) return unclear('logout', `answered ${reply.code}`);
  return {
    type: 'unclear',
    error: new BetfairSessionError(
      `Betfair answered logout with the undocumented code ${reply.code}. The session may still be valid. Look the code up.`,
      { code: 'BETFAIR_LOGOUT_REJECTED', retryable: false },
    ),
  };
}

/** Makes the reply of a login without a usable answer, after which Betfair may or may not have a session. */
export function unclearLogin({ type, error }: Unclear, mayHaveLoggedIn: boolean): UnclearLogin {
  return { type, error, mayHaveLoggedIn };
}

/** Statuses of a gateway in front of Betfair that lost the answer, or did not wait for it. */
const LOST_BY_A_GATEWAY: ReadonlySet<number> = new Set([502, 504, 520, 524]);
/** Statuses of a login that Betfair did not process. */
const NOT_PROCESSED: ReadonlySet<number> = new Set([400, 403, 405]);

/**
 * Tells if a login may have succeeded although its reply cannot be read: a broken reply with 200 may have held the
 * token, and an unusual status may come from anything behind which Betfair has logged in.
 */
function mayHideSession({ status }: IdentityResponse): boolean {
  if (LOST_BY_A_GATEWAY.has(status)) return true;
  const isRedirect = status >= 300 && status < 400;
  return !isRedirect && status < 500 && !NOT_PROCESSED.has(status);
}

/** Tells if a code means that there is no session. After INPUT_VALIDATION_ERROR, Betfair could not read the token. */
function endsSession(code: string): boolean {
  return code === NO_SESSION || code === 'INPUT_VALIDATION_ERROR';
}

function isTransient(code: string): boolean {
  return classifyLoginCode(code).kind === 'transient';
}

function parseStatus(
  operation: Operation,
  response: IdentityResponse,
): { readonly code: string | undefined } | Unclear {
  const body = parseBody(operation, response);
  if ('type' in body) return body;
  const { status, error } = body.fields;
  if (!isText(status)) return unexpected(operation, response);
  if (status === 'SUCCESS') return { code: undefined };
  const code = shownCode(isText(error) ? error : status, response.secrets);
  return code === undefined || code === UNNAMED_CODE ? unexpected(operation, response) : { code };
}

function parseBody(
  operation: Operation,
  response: IdentityResponse,
): { fields: Readonly<Record<string, unknown>> } | Unclear {
  const { status } = response;
  // Outage pages, address blocks and country redirects, whatever their body claims.
  if (status !== 200) return unexpected(operation, response);
  const fields = parseJson(response.body);
  // null and lists become objects without the fields that are read.
  return typeof fields === 'object' ? { fields: { ...fields } } : unexpected(operation, response);
}
