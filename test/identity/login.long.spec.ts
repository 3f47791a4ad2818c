import {
  BetfairIdentityUnavailableError,
  BetfairLoginBlockedError,
  BetfairLoginRejectedError,
  type BetfairSessionOptions,
} from 'nestjs-betfair-session';
import type { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { classifyLoginCode, loginCodes } from '../../lib/identity/login-codes.js';
import { closeAccounts, createAccount } from '../support/account.js';
import { createSessions } from '../support/application.js';
import type { Invariants } from '../support/invariants/invariants.js';
import { errorOf, expectNoSecret, secretsOf } from './support/secrets.js';

const MINUTE = 60_000;
const LOGINS = ['certificate', 'interactive'] as const;
let simulator: BetfairSimulator;
let invariants: Invariants;

beforeEach(async () => {
  ({ simulator, invariants } = await createAccount({
    accounts: [{ applicationKey: 'canaryAppKey4711' }],
  }));
});

afterEach(closeAccounts);

function open(account: BetfairSessionOptions) {
  return createSessions(account, { invariants });
}

function optionsFor(login: (typeof LOGINS)[number]): BetfairSessionOptions {
  const { certificate, ...common } = simulator.options();
  return login === 'interactive' ? { ...common, login } : { ...common, certificate };
}

describe('a login', () => {
  it('with a certificate is one POST with the credentials in its body and nowhere else', async () => {
    const { sessions } = await open(simulator.options());
    await sessions.getSession();
    const { username, password, applicationKey, endpoints } = simulator.options();
    expect(simulator.requests).toHaveLength(1);
    const [request] = simulator.requests;
    expect(request).toMatchObject({
      endpoint: 'certLogin',
      method: 'POST',
      path: '/api/certlogin',
    });
    expect([...new URLSearchParams(request?.body)]).toEqual([
      ['username', username],
      ['password', password],
    ]);
    expect(request?.body).toMatch(/^username=[\w%+.*-]+&password=[\w%+.*-]+$/);
    expect(request?.headers).toEqual({
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      'x-application': applicationKey,
      host: new URL(endpoints.certLogin).host,
      connection: 'keep-alive',
      'content-length': String(request?.body.length),
    });
  });

  it('without one is the same to the interactive endpoint', async () => {
    const { sessions } = await open(optionsFor('interactive'));
    await sessions.getSession();
    const { username, password, applicationKey, endpoints } = simulator.options();
    expect(simulator.requests).toHaveLength(1);
    const [request] = simulator.requests;
    expect(request).toMatchObject({ endpoint: 'login', method: 'POST', path: '/api/login' });
    expect([...new URLSearchParams(request?.body)]).toEqual([
      ['username', username],
      ['password', password],
    ]);
    expect(request?.headers).toEqual({
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      'x-application': applicationKey,
      host: new URL(endpoints.login).host,
      connection: 'keep-alive',
      'content-length': String(request?.body.length),
    });
  });

  it.each(LOGINS)('with LIMITED_ACCESS gives a usable session (%s)', async (login) => {
    simulator.account().loginCode = 'LIMITED_ACCESS';
    const { sessions } = await open(optionsFor(login));
    const { token } = await sessions.getSession();
    await sessions.keepAlive();
    expect(simulator.liveTokens()).toEqual([token]);
    expect(simulator.counts.logins).toBe(1);
  });

  it.each(LOGINS)('with LOGIN_RESTRICTED gives none, even beside a token (%s)', async (login) => {
    const token = { sessionToken: 'aToken', token: 'aToken' };
    const reply = { ...token, loginStatus: 'LOGIN_RESTRICTED', status: 'LOGIN_RESTRICTED' };
    simulator.fail(login === 'interactive' ? 'login' : 'certLogin', { reply });
    const { sessions } = await open(optionsFor(login));
    const error = await errorOf(sessions.getSession());
    expect(error).toMatchObject({ code: 'BETFAIR_LOGIN_REJECTED', loginCode: 'LOGIN_RESTRICTED' });
  });
});

describe('a refusal that a person must lift', () => {
  const fatal = loginCodes.filter((code) =>
    /^(credentials|account)$/.test(classifyLoginCode(code).kind),
  );

  describe.each(LOGINS)('(%s login)', (login) => {
    it.each([...fatal, 'A_CODE_OF_NEXT_YEAR'])(
      '%s costs one attempt, however many callers there are',
      async (code) => {
        simulator.account().loginCode = code;
        const { sessions, logger } = await open(optionsFor(login));
        const callers = Array.from({ length: 20 }, () => errorOf(sessions.getSession()));
        const errors = await Promise.all(callers);
        errors.push(await errorOf(sessions.getSession()), await errorOf(sessions.keepAlive()));
        for (const error of errors) {
          expect(error).toBeInstanceOf(BetfairLoginRejectedError);
          expect(error).toMatchObject({
            code: 'BETFAIR_LOGIN_REJECTED',
            retryable: false,
            loginCode: code,
            action: expect.stringMatching(/^[A-Z].{20,}\.$/),
            message: expect.stringContaining(code),
          });
        }
        expect(simulator.counts).toMatchObject({ loginAttempts: 1, logins: 0 });
        expect(sessions.status.state).toBe('blocked');
        expectNoSecret([errors[0], logger.lines], secretsOf(simulator.options(), []));
      },
    );
  });

  it('says where to look for an undocumented code, and keeps it', async () => {
    simulator.fail('certLogin', { reply: { loginStatus: 'A_CODE_OF_NEXT_YEAR' } });
    const { sessions } = await open(simulator.options());
    const error = await errorOf(sessions.getSession());
    expect(error).toMatchObject({
      loginCode: 'A_CODE_OF_NEXT_YEAR',
      action: expect.stringContaining('does not document this code'),
    });
  });

  it.each([
    [{ loginStatus: 'FAIL' }, 'FAIL'],
    [{ token: '', status: 'FAIL', error: '' }, 'FAIL'],
    [{ status: 'FAIL', error: 'CLOSED' }, 'CLOSED'],
  ])('is what %j says', async (reply, loginCode) => {
    simulator.fail('certLogin', { reply });
    const { sessions } = await open(simulator.options());
    expect(await errorOf(sessions.getSession())).toMatchObject({ loginCode });
  });

  it('ends when a person has acted', async () => {
    simulator.account().loginCode = 'TERMS_AND_CONDITIONS';
    const { sessions } = await open(simulator.options());
    await errorOf(sessions.getSession());
    simulator.account().loginCode = undefined;
    await errorOf(sessions.getSession());
    await sessions.unblockLogin();
    await sessions.getSession();
    expect(simulator.counts).toMatchObject({ loginAttempts: 2, logins: 1 });
  });

  it.each([
    ['a wrong password', { password: 'wrong' }, 'INVALID_USERNAME_OR_PASSWORD'],
    ['an unknown user name', { username: 'nobody' }, 'INVALID_USERNAME_OR_PASSWORD'],
  ])('is made of %s', async (_, changed, loginCode) => {
    const { sessions } = await open({ ...simulator.options(), ...changed });
    expect(await errorOf(sessions.getSession())).toMatchObject({ loginCode });
    expect(simulator.counts.loginAttempts).toBe(1);
  });
});

describe('the temporary ban', () => {
  it.each(LOGINS)('holds logins back for about 20 minutes (%s)', async (login) => {
    simulator.account().loginCode = 'TEMPORARY_BAN_TOO_MANY_REQUESTS';
    const { sessions } = await open(optionsFor(login));
    const callers = Array.from({ length: 20 }, () => errorOf(sessions.getSession()));
    for (const error of [...(await Promise.all(callers)), await errorOf(sessions.getSession())]) {
      if (!(error instanceof BetfairLoginBlockedError)) throw error;
      expect(error).toMatchObject({ code: 'BETFAIR_LOGIN_BLOCKED', retryable: true });
      const ahead = error.until.getTime() - Date.now();
      expect(ahead).toBeLessThanOrEqual(20 * MINUTE);
      expect(ahead).toBeGreaterThan(19.9 * MINUTE);
    }
    expect(simulator.counts.loginAttempts).toBe(1);
    expect(sessions.status).toMatchObject({ state: 'blocked', blockedUntil: expect.any(Date) });
  });
});

describe('a password', () => {
  it('from a function is asked for at every login, and only then', async () => {
    const { password } = simulator.options();
    const rotated = 'rotated & new';
    let asked = 0;
    const passwords = [password, rotated];
    const options = {
      ...simulator.options(),
      password: async () => passwords[asked++] ?? '',
    };
    const { sessions } = await open(options);
    const first = await sessions.getSession();
    await sessions.keepAlive();
    expect(asked).toBe(1);
    simulator.account().password = rotated;
    simulator.endSessions();
    await sessions.refresh(first);
    expect(asked).toBe(2);
    expect(simulator.counts).toMatchObject({ logins: 2, loginAttempts: 2 });
  });

  const failing: Record<string, [() => string | Promise<string>, RegExp]> = {
    throws: [
      () => {
        throw new Error('no such secret: canary-secret');
      },
      /"password" failed/,
    ],
    rejects: [() => Promise.reject(new Error('denied: canary-secret')), /"password" failed/],
    'never answers': [() => new Promise<string>(() => undefined), /no answer within 300 ms/],
    'returns an empty text': [() => '', /returned no text/],
    'returns nothing': [() => JSON.parse('null'), /returned no text/],
  };

  it.each(Object.entries(failing))(
    'whose function %s makes a transient error, without an attempt',
    async (_, [password, message]) => {
      const options = { ...simulator.options(), password, requestTimeout: 300 };
      const { sessions, logger } = await open(options);
      const error = await errorOf(sessions.getSession());
      expect(error).toBeInstanceOf(BetfairIdentityUnavailableError);
      expect(error).toMatchObject({ retryable: true, message: expect.stringMatching(message) });
      expectNoSecret([error, logger.lines], ['canary-secret']);
      expect(simulator.counts.loginAttempts).toBe(0);
    },
  );
});

describe('two-factor authentication', () => {
  const CODE = '314159';

  beforeEach(() => {
    simulator.account().twoFactorCode = CODE;
  });

  it('has its code asked for at every login and sent behind the password', async () => {
    let asked = 0;
    const { certificate: _, ...common } = simulator.options();
    const { sessions } = await open({
      ...common,
      login: 'interactive',
      twoFactorCode: async () => {
        asked += 1;
        return CODE;
      },
    });
    const first = await sessions.getSession();
    expect(new URLSearchParams(simulator.requests[0]?.body).get('password')).toBe(
      common.password + CODE,
    );
    simulator.endSessions();
    await sessions.refresh(first);
    expect(asked).toBe(2);
    expect(simulator.counts).toMatchObject({ logins: 2, loginAttempts: 2 });
  });

  it('without a code is refused with the option to set', async () => {
    const { sessions } = await open(optionsFor('interactive'));
    expect(await errorOf(sessions.getSession())).toMatchObject({
      loginCode: 'STRONG_AUTH_CODE_REQUIRED',
      action: expect.stringContaining('"twoFactorCode"'),
    });
  });

  it('whose function fails makes a transient error, without an attempt', async () => {
    const { certificate: _, ...common } = simulator.options();
    const { sessions } = await open({
      ...common,
      login: 'interactive',
      twoFactorCode: () => Promise.reject(new Error('canary-secret')),
    });
    const error = await errorOf(sessions.getSession());
    expect(error).toMatchObject({
      code: 'BETFAIR_IDENTITY_UNAVAILABLE',
      message: expect.stringContaining('"twoFactorCode" failed'),
    });
    expectNoSecret(error, ['canary-secret']);
    expect(simulator.counts.loginAttempts).toBe(0);
  });
});
