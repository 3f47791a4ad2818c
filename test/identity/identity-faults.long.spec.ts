import {
  BetfairIdentityUnavailableError,
  BetfairSessionError,
  type BetfairSessionOptions,
  MemoryStorage,
} from 'nestjs-betfair-session';
import type { BetfairSimulator, SimulatorFault } from 'nestjs-betfair-session/testing';
import { closeAccounts, createAccount } from '../support/account.js';
import { createSessions } from '../support/application.js';
import type { Invariants } from '../support/invariants/invariants.js';
import { errorOf, expectNoSecret, secretsOf } from './support/secrets.js';

/** Milliseconds; short only where something hangs, so that a busy machine fails nothing else. */
const HUNG_TIMEOUT = 750;
const TIMEOUT = 10_000;
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

function options(
  changed: Partial<BetfairSessionOptions> = {},
  fault?: SimulatorFault,
): BetfairSessionOptions {
  const { certificate, ...common } = simulator.options();
  const hangs = fault === 'hung' || fault === 'hung-body';
  const base = { ...common, requestTimeout: hangs ? HUNG_TIMEOUT : TIMEOUT };
  return changed.login === 'interactive'
    ? { ...base, login: 'interactive' }
    : { ...base, certificate, storage: changed.storage ?? 'mem://' };
}

/** Answers that are none, whatever was asked. */
const UNUSABLE: readonly (readonly [string, SimulatorFault, RegExp])[] = [
  ['a redirect to a page about the country', { status: 302 }, /HTTP 302.*country may be blocked/],
  [
    'the block page of an address',
    { status: 403 },
    /HTTP 403 \(text\/html.*address may be blocked/,
  ],
  ['an internal server error', { status: 500 }, /HTTP 500/],
  ['a bad gateway', { status: 502 }, /HTTP 502/],
  ['an outage', { status: 503 }, /HTTP 503/],
  ['JSON with status 503', { reply: { status: 'SUCCESS', token: 'x' }, status: 503 }, /HTTP 503/],
  ['JSON with status 302', { reply: { status: 'SUCCESS', token: 'x' }, status: 302 }, /HTTP 302/],
  ['a page that says 404', { status: 404 }, /HTTP 404/],
  ['a page that says 405', { status: 405 }, /HTTP 405/],
  ['a page of HTML', 'html', /HTTP 200 \(text\/html/],
  ['truncated JSON', 'truncated', /HTTP 200 \(application\/json/],
  ['an empty body', { reply: '' }, /HTTP 200/],
  ['an array', { reply: '[]' }, /HTTP 200/],
  ['null', { reply: 'null' }, /HTTP 200/],
  ['a text', { reply: '"SUCCESS"' }, /HTTP 200/],
  ['an object without a status', { reply: {} }, /HTTP 200/],
  ['a status that is no text', { reply: { loginStatus: 1, status: true } }, /HTTP 200/],
  ['a connection reset', 'reset', /could not be reached/],
  ['headers that never come', 'hung', /no complete answer within 750 ms/],
  ['a body that never ends', 'hung-body', /no complete answer within 750 ms/],
  ['more than a reply can hold', { reply: ' '.repeat(2_000_000) }, /could not be reached \(.*size/],
];

/** One of each kind, where the rest is read by the same code. */
const ONE_OF_EACH = UNUSABLE.filter(([name]) =>
  /redirect|block page|outage|HTML|truncated|reset|never/.test(name),
);

function expectUnavailable(error: unknown, message: RegExp): void {
  expect(error).toBeInstanceOf(BetfairIdentityUnavailableError);
  expect(error).toMatchObject({
    code: 'BETFAIR_IDENTITY_UNAVAILABLE',
    retryable: true,
    message: expect.stringMatching(message),
  });
}

/** Fails where `work` takes much longer than a request that hangs may. */
async function inTime<T>(work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await work();
  expect(performance.now() - start).toBeLessThan(HUNG_TIMEOUT + 4_000);
  return result;
}

describe.each([
  ['certLogin', 'certificate'],
  ['login', 'interactive'],
] as const)('a login at %s', (endpoint, login) => {
  const INTERNAL = { loginStatus: 'INTERNAL_ERROR', status: 'FAIL', error: 'INTERNAL_ERROR' };
  const REGULATOR = 'INVALID_CONNECTIVITY_TO_REGULATOR_';

  it.each([
    ...(login === 'certificate' ? UNUSABLE : ONE_OF_EACH),
    ['INTERNAL_ERROR', { reply: INTERNAL }, /answered INTERNAL_ERROR/],
    ['no regulator (DK)', { reply: { loginStatus: `${REGULATOR}DK` } }, /REGULATOR_DK/],
    ['no regulator (IT)', { reply: { status: 'FAIL', error: `${REGULATOR}IT` } }, /REGULATOR_IT/],
    [
      'success without a token',
      { reply: { loginStatus: 'SUCCESS', status: 'SUCCESS' } },
      /success without a usable token/,
    ],
    [
      'success with an empty token',
      { reply: { loginStatus: 'SUCCESS', sessionToken: '', token: '' } },
      /success without a usable token/,
    ],
    [
      'success with a token that no header can carry',
      { reply: { loginStatus: 'SUCCESS', sessionToken: 'a\r\nX-Evil: 1' } },
      /success without a usable token/,
    ],
    [
      'success with a token without end',
      { reply: { loginStatus: 'SUCCESS', sessionToken: 'a'.repeat(5_000) } },
      /success without a usable token/,
    ],
  ] as const)('that gets %s fails for now, after one attempt', async (_, fault, message) => {
    simulator.fail(endpoint, fault, {
      processed: fault === 'truncated' || fault === 'hung-body',
    });
    const { sessions, logger } = await open(options({ login }, fault));
    const callers = () => Promise.all([1, 2, 3].map(() => errorOf(sessions.getSession())));
    const errors = await inTime(callers);
    for (const error of errors) expectUnavailable(error, message);
    expect(simulator.counts.loginAttempts).toBe(1);
    const secrets = secretsOf(simulator.options(), simulator.liveTokens());
    expectNoSecret([errors[0], logger.lines], secrets);

    // Nothing but time ends it: no person has to act.
    await sessions.unblockLogin();
    const session = await sessions.getSession();
    expect(simulator.liveTokens()).toContain(session.token);
    expect(simulator.counts.loginAttempts).toBe(2);
  });

  it('that is answered late, but in time, succeeds', async () => {
    simulator.fail(endpoint, { slow: 200 });
    const { sessions } = await open(options({ login }));
    await sessions.getSession();
    expect(simulator.counts).toMatchObject({ loginAttempts: 1, logins: 1 });
  });
});

function failure(error: string): { reply: object } {
  return { reply: { token: '', product: '', status: 'FAIL', error } };
}

describe('keepAlive', () => {
  it('is one POST that carries the token in a header and nothing else', async () => {
    const { sessions } = await open(options());
    const { token } = await sessions.getSession();
    simulator.clearRequests();
    await sessions.keepAlive();
    expect(simulator.requests).toHaveLength(1);
    expect(simulator.requests[0]).toMatchObject({
      endpoint: 'keepAlive',
      method: 'POST',
      path: '/api/keepAlive',
      body: '',
      headers: {
        accept: 'application/json',
        'x-application': 'canaryAppKey4711',
        'x-authentication': token,
        host: new URL(simulator.url).host,
        connection: 'keep-alive',
        'content-length': '0',
      },
    });
    expect(Object.keys(simulator.requests[0]?.headers ?? {})).toHaveLength(6);
  });

  it.each([
    ...UNUSABLE,
    ['INTERNAL_ERROR', failure('INTERNAL_ERROR'), /answered INTERNAL_ERROR/],
  ] as const)(
    'that gets %s says nothing about the session, which is kept',
    async (_, fault, message) => {
      const { sessions, logger } = await open(options({}, fault));
      const session = await sessions.getSession();
      simulator.fail('keepAlive', fault);
      const error = await inTime(() => errorOf(sessions.keepAlive()));
      expectUnavailable(error, message);
      expect(await sessions.getSession()).toBe(session);
      expectNoSecret([error, logger.lines], secretsOf(simulator.options(), [session.token]));
      await sessions.keepAlive();
      expect(await sessions.getSession()).toBe(session);
      expect(simulator.counts).toMatchObject({ loginAttempts: 1, keepAlives: 2 });
    },
  );

  it.each(['NO_SESSION', 'INPUT_VALIDATION_ERROR'])(
    'that gets %s replaces the session by one login',
    async (code) => {
      const { sessions } = await open(options());
      const session = await sessions.getSession();
      simulator.fail('keepAlive', failure(code), { times: 2 });
      await sessions.keepAlive();
      const next = await sessions.getSession();
      expect(next.token).not.toBe(session.token);
      expect(simulator.counts.loginAttempts).toBe(2);
    },
  );

  it.each([
    ['another token', { token: 'another', product: 'another', status: 'SUCCESS', error: '' }],
    ['an empty token', { token: '', product: '', status: 'SUCCESS', error: '' }],
    ['no token at all', { status: 'SUCCESS' }],
  ])('that succeeds and echoes %s counts for the token that was sent', async (_, reply) => {
    const storage = new MemoryStorage();
    const { sessions } = await open(options({ storage }));
    const session = await sessions.getSession();
    simulator.fail('keepAlive', { reply });
    await sessions.keepAlive();
    expect(await sessions.getSession()).toBe(session);

    const resuming = await open(options({ storage }));
    simulator.fail('keepAlive', { reply });
    expect((await resuming.sessions.getSession()).token).toBe(session.token);
    expect(simulator.counts.loginAttempts).toBe(1);
  });

  it('that gets an undocumented code is a typed error, and never leads to a login', async () => {
    const storage = new MemoryStorage();
    const { sessions } = await open(options({ storage }));
    const session = await sessions.getSession();
    simulator.fail('keepAlive', failure('A_CODE_OF_NEXT_YEAR'), { times: 2 });
    const resuming = await open(options({ storage }));
    for (const error of [
      await errorOf(sessions.keepAlive()),
      await errorOf(resuming.sessions.getSession()),
    ]) {
      expect(error).toBeInstanceOf(BetfairSessionError);
      expect(error).toMatchObject({
        code: 'BETFAIR_KEEP_ALIVE_REJECTED',
        retryable: false,
        message: expect.stringContaining('A_CODE_OF_NEXT_YEAR'),
      });
    }
    expect(await sessions.getSession()).toBe(session);
    expect(simulator.counts).toMatchObject({ loginAttempts: 1, keepAlives: 2 });
  });
});

describe('logout', () => {
  it('is one POST that carries the token in a header and nothing else', async () => {
    const { sessions } = await open(options());
    const { token } = await sessions.getSession();
    simulator.clearRequests();
    await sessions.logout();
    expect(simulator.requests).toHaveLength(1);
    expect(simulator.requests[0]).toMatchObject({
      endpoint: 'logout',
      method: 'POST',
      path: '/api/logout',
      body: '',
      headers: { accept: 'application/json', 'x-authentication': token, 'content-length': '0' },
    });
    expect(simulator.liveTokens()).toEqual([]);
  });

  it.each([
    ...ONE_OF_EACH,
    ['INTERNAL_ERROR', failure('INTERNAL_ERROR'), /answered INTERNAL_ERROR/],
  ] as const)('that gets %s fails, and can be called again', async (_, fault, message) => {
    const { sessions, logger } = await open(options({}, fault));
    const { token } = await sessions.getSession();
    simulator.fail('logout', fault);
    const error = await inTime(() => errorOf(sessions.logout()));
    expectUnavailable(error, message);
    expectNoSecret([error, logger.lines], secretsOf(simulator.options(), [token]));
    await sessions.logout();
    expect(simulator.liveTokens()).toEqual([]);
    expect(simulator.counts).toMatchObject({ loginAttempts: 1, logouts: 2 });
  });

  it.each(['NO_SESSION', 'INPUT_VALIDATION_ERROR'])('that gets %s is done', async (code) => {
    const { sessions } = await open(options());
    await sessions.getSession();
    simulator.fail('logout', failure(code));
    await sessions.logout();
    expect(sessions.status.state).toBe('empty');
    expect(simulator.counts.logouts).toBe(1);
  });

  it('that gets an undocumented code is a typed error that no repetition mends', async () => {
    const { sessions } = await open(options());
    await sessions.getSession();
    simulator.fail('logout', failure('A_CODE_OF_NEXT_YEAR'));
    expect(await errorOf(sessions.logout())).toMatchObject({
      code: 'BETFAIR_LOGOUT_REJECTED',
      retryable: false,
      message: expect.stringContaining('A_CODE_OF_NEXT_YEAR'),
    });
    expect(simulator.counts.loginAttempts).toBe(1);
  });
});
