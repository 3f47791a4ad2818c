import { redact } from '../common/redact.js';
import { isTokenText } from '../common/session-token.js';
import { BetfairIdentityUnavailableError, BetfairSessionError } from '../errors/index.js';
import { safeCause } from '../errors/safe-cause.js';
import {
  classifyLoginCode,
  hasFormOfCode,
  isLoginCode,
  UNNAMED_CODE,
  type LoginCodeKind,
} from './login-codes.js';

/** Response to one identity request. */
export interface IdentityResponse {
  readonly status: number;
  readonly contentType: string;
  /** Nobody asks for compression, so a body with it cannot be read. */
  readonly isCompressed?: boolean;
  readonly body: string;
  /** Secrets of the request: no message shows them, and an answer that consists of one is none of Betfair's. */
  readonly secrets: readonly string[];
}

/** No usable answer; says nothing about the session. */
export interface Unclear {
  readonly type: 'unclear';
  readonly error: BetfairSessionError;
}

/** A login without a usable answer. */
export interface UnclearLogin extends Unclear {
  /** `false` only with proof: nothing was sent, or Betfair refused or failed with a status or a code. */
  readonly mayHaveLoggedIn: boolean;
}

export type RefusalKind = Exclude<LoginCodeKind, 'transient' | 'ban'>;

export type LoginReply =
  | { readonly type: 'loggedIn'; readonly token: string }
  /** The same login would be refused again; `kind` says what ends that. */
  | { readonly type: 'refused'; readonly code: string; readonly kind: RefusalKind }
  | { readonly type: 'banned' }
  | UnclearLogin;
export type KeepAliveReply = { readonly type: 'alive' } | { readonly type: 'dead' } | Unclear;
export type LogoutReply = { readonly type: 'loggedOut' } | Unclear;

export type Operation = 'login' | 'keepAlive' | 'logout';

const NO_SESSION = 'NO_SESSION';
/** A shorter secret is part of many words. */
const SHORTEST_SPELLED = 4;
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

/** Reads the reply of either login; certlogin and the interactive login name the same fields differently. */
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
  const code = codeIn(isText(error) ? error : status, response);
  if (code === undefined) return unclearLogin(unexpected('login', response), true);
  const { kind } = classifyLoginCode(code);
  if (kind === 'ban') return { type: 'banned' };
  return kind === 'transient'
    ? unclearLogin(unclear('login', `answered ${code}`), false)
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
  return unclear(operation, reason, cause);
}

/** A request that its caller gave up; the error is the caller's own where that is a typed one. */
export function givenUp(operation: Operation, reason: unknown): Unclear {
  return reason instanceof BetfairSessionError
    ? { type: 'unclear', error: reason }
    : unclear(operation, 'had not answered when the request was given up', safeCause(reason));
}

/** Says of a login that came to nothing whether Betfair may hold a session of it. */
export function unclearLogin({ type, error }: Unclear, mayHaveLoggedIn: boolean): UnclearLogin {
  return { type, error, mayHaveLoggedIn };
}

/** Statuses of a gateway in front of Betfair that lost or did not wait for the answer of the service behind it. */
const LOST_BY_A_GATEWAY: ReadonlySet<number> = new Set([502, 504, 520, 524]);
/** Statuses with which Betfair, or what stands before it, answers a login that it does not look at. */
const NOT_LOOKED_AT: ReadonlySet<number> = new Set([400, 403, 405]);

/**
 * With 200 a broken text may have been the token of a session that now exists; other statuses that Betfair does not use
 * may come from anything, also after it has looked at the password.
 */
function mayHideSession({ status }: IdentityResponse): boolean {
  if (LOST_BY_A_GATEWAY.has(status)) return true;
  const isRedirect = status >= 300 && status < 400;
  return !isRedirect && status < 500 && !NOT_LOOKED_AT.has(status);
}

/** INPUT_VALIDATION_ERROR: Betfair cannot even read the token, so it is as good as gone. */
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
  const code = codeIn(isText(error) ? error : status, response);
  return code === undefined || code === UNNAMED_CODE ? unexpected(operation, response) : { code };
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
  const reason = `answered HTTP ${response.status} (${kindOf(response.contentType)}) instead of its JSON${hintOf(response)}`;
  return unclear(operation, reason);
}

function hintOf({ status, isCompressed = false }: IdentityResponse): string {
  if (status === 403) return '; this address may be blocked';
  if (status >= 300 && status < 400) return '; this country may be blocked';
  return isCompressed ? '; something in between has compressed it, which was not asked for' : '';
}

function unclear(operation: Operation, reason: string, cause?: Error): Unclear {
  const error = new BetfairIdentityUnavailableError(
    `Betfair's identity service ${reason} (${operation}). This says nothing about the session; try again later.`,
    cause === undefined ? {} : { cause },
  );
  return { type: 'unclear', error };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/**
 * A code as it may be shown and stored. A text of another form comes from something between us and Betfair and is no
 * answer. An undocumented code that holds a secret, or is a piece of one, is an answer, but is not shown.
 */
function codeIn(text: string, { secrets }: IdentityResponse): string | undefined {
  const code = text.trim().toUpperCase();
  if (text === NO_SESSION) return text;
  if (isLoginCode(code)) return code;
  if (!hasFormOfCode(text)) return undefined;
  const hides =
    redact(text, secrets) !== text || secrets.some((secret) => isSpelledIn(secret, text));
  return hides ? UNNAMED_CODE : text;
}

/** A code has no blanks, dots and hyphens, so a secret that has any is spelled otherwise in it. */
function isSpelledIn(secret: string, code: string): boolean {
  const [word, whole] = [lettersOf(secret), lettersOf(code)] as const;
  return word.includes(whole) || (word.length >= SHORTEST_SPELLED && whole.includes(word));
}

function lettersOf(text: string): string {
  return text.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
}

/** Names the kind of page. Any other content type is not quoted: it may echo the request. */
function kindOf(contentType: string): string {
  const type = contentType.toLowerCase().split(';', 1).join().trim();
  if (CONTENT_TYPES.has(type)) return type;
  return type === '' ? 'no content type' : 'an unusual content type';
}
