import type {
  LoginOutcome,
  LoginProof,
  SimulatedAccounts,
} from '../accounts/simulated-accounts.js';
import { html, image, json, type SimulatorReply } from '../http/reply.js';
import {
  asksForJson,
  mediaType,
  splitPath,
  type SimulatorEndpoint,
  type SimulatorRequest,
} from '../http/request.js';

/** The endpoints of the identity service. */
export type IdentityEndpoint = Exclude<SimulatorEndpoint, 'api'>;

/** Carries out a request to the identity service; `fingerprint` is that of the client certificate. */
export function answerIdentity(
  accounts: SimulatedAccounts,
  endpoint: IdentityEndpoint,
  request: SimulatorRequest,
  fingerprint: string | undefined,
): SimulatorReply {
  if (endpoint === 'certLogin' && fingerprint === undefined) {
    const title = '400 No required SSL certificate was sent';
    return html(400, title, '400 Bad Request');
  }
  if (request.method !== 'POST') return html(405, '405 Method Not Allowed');
  if (!asksForJson(request)) {
    return endpoint === 'keepAlive' ? image() : html(200, 'Betfair', 'Log in');
  }
  switch (endpoint) {
    case 'certLogin': {
      const proof = { kind: 'certificate', fingerprint: fingerprint ?? '' } as const;
      const { token, code } = login(accounts, request, proof);
      return json(
        token === undefined ? { loginStatus: code } : { sessionToken: token, loginStatus: code },
      );
    }
    case 'login': {
      const { token = '', code } = login(accounts, request, { kind: 'interactive' });
      const isStatus = STATUSES.has(code);
      return json({
        token,
        product: product(request),
        status: isStatus ? code : 'FAIL',
        error: isStatus ? '' : code,
      });
    }
    case 'keepAlive':
      return withSession(request, (token) => accounts.keepAlive(token)?.applicationKey);
    case 'logout':
      return withSession(request, (token) => accounts.logout(token)?.applicationKey);
    default:
      return endpoint satisfies never;
  }
}

/** Outcomes that an interactive login reports as its status; all others are errors. */
const STATUSES: ReadonlySet<string> = new Set(['SUCCESS', 'LIMITED_ACCESS', 'LOGIN_RESTRICTED']);
const INVALID_INPUT: LoginOutcome = { code: 'INPUT_VALIDATION_ERROR' };

function login(
  accounts: SimulatedAccounts,
  request: SimulatorRequest,
  proof: LoginProof,
): LoginOutcome {
  const { query } = splitPath(request.path);
  const form = new URLSearchParams(request.body);
  const username = form.get('username');
  const password = form.get('password');
  if (mediaType(request) !== 'application/x-www-form-urlencoded') return INVALID_INPUT;
  if (query.has('username') || query.has('password')) return INVALID_INPUT;
  if (!username || !password || product(request) === '') return INVALID_INPUT;
  return accounts.login(username, password, proof);
}

/** keepAlive and logout: `act` answers the application key of the session it found. */
function withSession(
  request: SimulatorRequest,
  act: (token: string) => string | undefined,
): SimulatorReply {
  const token = request.headers['x-authentication'] ?? '';
  const applicationKey = token === '' ? undefined : act(token);
  if (applicationKey !== undefined) {
    const key = product(request) || applicationKey;
    return json({ token, product: key, status: 'SUCCESS', error: '' });
  }
  const error = token === '' ? 'INPUT_VALIDATION_ERROR' : 'NO_SESSION';
  return json({ token: '', product: product(request), status: 'FAIL', error });
}

function product(request: SimulatorRequest): string {
  return request.headers['x-application'] ?? '';
}
