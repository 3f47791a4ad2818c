import { ACCEPTED, acceptsMethod, lacksApplicationKey } from '../http/accepted-requests.js';
import type { LoginOutcome, SimulatedAccounts } from '../accounts/simulated-accounts.js';
import type { SimulatedAccount, LoginProof } from '../accounts/simulated-account.js';
import { html, image, json, type SimulatorReply } from '../http/reply.js';
import {
  asksForJson,
  tokenOf,
  type SimulatorEndpoint,
  type SimulatorRequest,
} from '../http/request.js';
import { loginField } from './login.form.js';

export type IdentityEndpoint = Exclude<SimulatorEndpoint, 'api'>;

/** Processes a request to the identity service. `fingerprint` is that of the client certificate. */
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
  if (!acceptsMethod(endpoint, request.method)) return html(405, '405 Method Not Allowed');
  const form = asksForJson(request) ? 'JSON' : ACCEPTED[endpoint].withoutAccept.is;
  if (form === 'image') return image();
  if (form === 'HTML') return html(200, 'Betfair', 'Log in');
  switch (endpoint) {
    case 'certLogin': {
      const proof = { kind: 'certificate', fingerprint: fingerprint ?? '' } as const;
      const { token, code } = login(accounts, endpoint, request, proof);
      return json(
        token === undefined ? { loginStatus: code } : { sessionToken: token, loginStatus: code },
      );
    }
    case 'login': {
      const proof = { kind: 'interactive' } as const;
      const { token = '', code } = login(accounts, endpoint, request, proof);
      const isStatus = STATUSES.has(code);
      return json({
        token,
        product: product(request),
        status: isStatus ? code : 'FAIL',
        error: isStatus ? '' : code,
      });
    }
    case 'keepAlive': {
      const token = sessionToken(endpoint, request);
      const account = accounts.keepAlive(token, request.address);
      return sessionReply(request, token, account, '');
    }
    case 'logout': {
      const token = sessionToken(endpoint, request);
      const account = accounts.logout(token, request.address);
      // Betfair's refusal, as recorded, repeats the token.
      return sessionReply(request, token, account, token);
    }
    default:
      return endpoint satisfies never;
  }
}

/** Outcomes that an interactive login reports in `status`. All others are errors. */
const STATUSES: ReadonlySet<string> = new Set(['SUCCESS', 'LIMITED_ACCESS', 'LOGIN_RESTRICTED']);
const INVALID_INPUT: LoginOutcome = { code: 'INPUT_VALIDATION_ERROR' };

function login(
  accounts: SimulatedAccounts,
  endpoint: 'certLogin' | 'login',
  request: SimulatorRequest,
  proof: LoginProof,
): LoginOutcome {
  const username = loginField(endpoint, 'username', request);
  const password = loginField(endpoint, 'password', request);
  const lacksKey = lacksApplicationKey(endpoint, product(request));
  if (username === '' || password === '' || lacksKey) return INVALID_INPUT;
  return accounts.login({ username, password, address: request.address }, proof);
}

/** Answers keepAlive and logout; `tokenIfRefused` is in the answer if there is no such session. */
function sessionReply(
  request: SimulatorRequest,
  token: string,
  account: SimulatedAccount | undefined,
  tokenIfRefused: string,
): SimulatorReply {
  if (account) {
    const key = product(request) || account.applicationKey;
    return json({ token, product: key, status: 'SUCCESS', error: '' });
  }
  const error = token === '' ? 'INPUT_VALIDATION_ERROR' : 'NO_SESSION';
  return json({ token: tokenIfRefused, product: product(request), status: 'FAIL', error });
}

/** Reads the token of a request; one that lacks what it needs beside it has none. */
function sessionToken(endpoint: 'keepAlive' | 'logout', request: SimulatorRequest): string {
  return lacksApplicationKey(endpoint, product(request)) ? '' : tokenOf(endpoint, request);
}

function product(request: SimulatorRequest): string {
  return request.headers['x-application'] ?? '';
}
