import type { SessionEvent } from 'nestjs-betfair-session';
import type { SimulatorFault } from 'nestjs-betfair-session/testing';
import { closeAccounts, createAccount, type TestAccount } from '../support/account.js';
import type { TestApplication } from '../support/application.js';
import { errorOf, shownOf } from './support/secrets.js';

const USERNAME = 'canaryuser';
const PASSWORD = 'CANARY_P4SS';
const TWO_FACTOR_CODE = '471108';
const APPLICATION_KEY = 'CANARYAPPKEY4711';
const SECRETS = [USERNAME, PASSWORD, TWO_FACTOR_CODE, APPLICATION_KEY];
const LOGINS = ['certificate', 'interactive'] as const;

interface Watched extends TestApplication {
  readonly account: TestAccount;
  /** Makes the next login go wrong. */
  readonly fail: (fault: SimulatorFault) => void;
  /** All that is printed of `error`, and of what was published, logged and stored. */
  readonly shown: (error: unknown) => Promise<string>;
}

afterEach(closeAccounts);

async function open(
  login: (typeof LOGINS)[number] = 'interactive',
  { username = USERNAME, password = PASSWORD } = {},
): Promise<Watched> {
  const isInteractive = login === 'interactive';
  const twoFactorCode = isInteractive ? TWO_FACTOR_CODE : undefined;
  const account = await createAccount({
    accounts: [{ username, password, applicationKey: APPLICATION_KEY, twoFactorCode }],
  });
  const { simulator, start, storage, key } = account;
  const application = await start(
    isInteractive
      ? { login, certificate: undefined, twoFactorCode: () => TWO_FACTOR_CODE }
      : undefined,
  );
  const events: SessionEvent[] = [];
  application.sessions.events$.subscribe((event) => events.push(event));
  return Object.assign(application, {
    account,
    fail: (fault: SimulatorFault) =>
      simulator.fail(isInteractive ? 'login' : 'certLogin', fault, { processed: true }),
    shown: async (thrown: unknown) => {
      const stored = await Promise.all([
        storage.inner.read(key),
        storage.inner.read(`${key}.lease`),
      ]);
      const { status } = application.sessions;
      return shownOf([thrown, events, application.logger.lines, stored, status]);
    },
  });
}

async function expectHidden(shown: Promise<string>, secrets: readonly string[]): Promise<void> {
  const text = (await shown).toLowerCase();
  expect(secrets.filter((secret) => text.includes(secret.toLowerCase()))).toEqual([]);
}

function refusal(said: string): SimulatorFault {
  return { reply: { loginStatus: said, status: 'FAIL', error: said } };
}

type Case = readonly [name: string, text: string];

/** Texts with the form of a code that hold something of the request, or of the options. */
const ECHOED_CODES: readonly Case[] = [
  ['the user name in capitals', 'USER_CANARYUSER'],
  ['the password, which looks like a code', PASSWORD],
  ['the password in something that looks like a code', `INVALID_${PASSWORD}_GIVEN`],
  ['the beginning of the password', PASSWORD.slice(0, 9)],
  ['the password in place of a country', `NOT_AUTHORIZED_FOR_DOMAIN_${PASSWORD}`],
  ['the password without its hyphen', `BAD_${PASSWORD.replace('_', '')}_GIVEN`],
  ['the password letter by letter', Array.from(PASSWORD.replace('_', '')).join('_')],
  ['the application key', APPLICATION_KEY],
];
const ECHOED_LOGIN_CODES: readonly Case[] = [
  ['the two-factor code in something that looks like a code', `CODE_${TWO_FACTOR_CODE}`],
  ['the password with the two-factor code', PASSWORD + TWO_FACTOR_CODE],
];
const LOGIN_ECHOES: readonly Case[] = [
  ['the two-factor code', TWO_FACTOR_CODE],
  ['the body of the request', `username=${USERNAME}&password=${PASSWORD}${TWO_FACTOR_CODE}`],
];
const NO_CODES: readonly Case[] = [
  ['the user name', USERNAME],
  ['a sentence', 'Please accept canary terms'],
  ['a code in small letters', 'canary_suspended'],
  ['a code with something behind it', 'SUSPENDED\ncanary'],
  ['a code of letters that only look the same', 'SUSPENDED_ÇANARY'],
  ['a code without end', `CANARY_${'X'.repeat(60)}`],
];

describe.each(LOGINS)('a login (%s)', (login) => {
  const interactive = login === 'interactive';

  it.each([...ECHOED_CODES, ...(interactive ? ECHOED_LOGIN_CODES : [])])(
    'that is answered with %s is refused, once, and shows nothing of it',
    async (_, said) => {
      const { account, fail, sessions, shown } = await open(login);
      fail(refusal(said));
      const error = await errorOf(sessions.getSession());
      expect(error).toMatchObject({
        code: 'BETFAIR_LOGIN_REJECTED',
        loginCode: 'UNDOCUMENTED_CODE',
        retryable: false,
      });
      await errorOf(sessions.getSession());
      expect(account.simulator.counts.loginAttempts).toBe(1);
      await expectHidden(shown(error), [...SECRETS, 'canary', said]);
    },
  );

  it.each([...(interactive ? LOGIN_ECHOES : []), ...NO_CODES])(
    'that is answered with %s got no answer of Betfair’s, and shows nothing of it',
    async (_, said) => {
      const { account, fail, sessions, shown } = await open(login);
      fail(refusal(said));
      const error = await errorOf(sessions.getSession());
      expect(error).toMatchObject({
        code: 'BETFAIR_IDENTITY_UNAVAILABLE',
        message: expect.stringContaining('answered HTTP 200 (application/json) instead of JSON'),
      });
      expect(sessions.status.state).not.toBe('blocked');
      await expectHidden(shown(error), [...SECRETS, 'canary', said]);
      expect(await account.stored()).toBeUndefined();
    },
  );

  it.each<Case>([
    ['the user name', `text/${USERNAME}`],
    ['the password', `text/html; for=${PASSWORD}`],
    ...(interactive
      ? ([
          ['the two-factor code', `text/${TWO_FACTOR_CODE}`],
          ['the two-factor code in a word', `text/x${TWO_FACTOR_CODE}y`],
        ] satisfies Case[])
      : []),
    ['the beginning of the password', `text/${PASSWORD.slice(0, 9)}`],
    ['the application key', `${APPLICATION_KEY.toLowerCase()}/html`],
    ['the password in base64', `text/${Buffer.from(PASSWORD).toString('base64')}`],
    ['something else that is none', 'canary'],
  ])('shows nothing of a content type that holds %s', async (_, contentType) => {
    const { fail, sessions, shown } = await open(login);
    fail({ status: 403, reply: '', headers: { 'content-type': contentType } });
    const error = await errorOf(sessions.getSession());
    expect(error).toMatchObject({
      code: 'BETFAIR_IDENTITY_UNAVAILABLE',
      message: expect.stringContaining('answered HTTP 403 ('),
    });
    const base64 = Buffer.from(PASSWORD).toString('base64');
    await expectHidden(shown(error), [...SECRETS, base64, 'canary']);
  });

  it.each([USERNAME, PASSWORD, APPLICATION_KEY])(
    'stores no token that is a secret of the request (%s)',
    async (token) => {
      const { account, fail, sessions, shown } = await open(login);
      fail({ reply: { loginStatus: 'SUCCESS', sessionToken: token, status: 'SUCCESS', token } });
      const error = await errorOf(sessions.getSession());
      expect(error).toMatchObject({ code: 'BETFAIR_IDENTITY_UNAVAILABLE' });
      await expectHidden(shown(error), SECRETS);
      expect(await account.stored()).toBeUndefined();
    },
  );
});

describe('a code that Betfair documents', () => {
  it.each([
    ['part of the user name', 'INVALID_USERNAME_OR_PASSWORD', { username: 'username' }],
    ['the password', 'SUSPENDED', { password: 'suspended' }],
    ['a part that is the password', 'INVALID_USERNAME_OR_PASSWORD', { password: 'ername_or_pass' }],
    ['a part that is the user name', 'NOT_AUTHORIZED_FOR_DOMAIN_ES', { username: 'es' }],
  ])('refuses the login although it holds %s', async (_, loginCode, credentials) => {
    const { account, fail, sessions } = await open('certificate', credentials);
    fail(refusal(loginCode));
    const error = await errorOf(sessions.getSession());
    expect(error).toMatchObject({ code: 'BETFAIR_LOGIN_REJECTED', loginCode });
    await errorOf(sessions.getSession());
    expect(account.simulator.counts.loginAttempts).toBe(1);
  });
});

describe('a code that Betfair does not document', () => {
  it.each(['ed', 'ode', 'ear'])(
    'refuses the login although the user name "%s" is in one of its words',
    async (username) => {
      const { account, fail, sessions } = await open('certificate', { username });
      fail(refusal('A_CODED_THING_OF_NEXT_YEAR'));
      const error = await errorOf(sessions.getSession());
      const record = await account.storage.inner.read(`${account.key}.lease`);
      expect(record?.value).toContain('A_CODED_THING_OF_NEXT_YEAR');
      expect(error).toMatchObject({
        code: 'BETFAIR_LOGIN_REJECTED',
        loginCode: 'A_CODED_THING_OF_NEXT_YEAR',
      });
    },
  );

  it.each([
    ['zq7', 'UNKNOWN_ZQ7'],
    ['account', 'ACCOUNT_UNDER_REVIEW'],
    ['al.smith@example.com', 'NO_USER_AL_SMITH_EXAMPLE_COM'],
    ['pendingbob', 'PENDING'],
  ])('is not shown if the user name "%s" is spelled in it', async (username, said) => {
    const { account, fail, sessions, shown } = await open('certificate', { username });
    fail(refusal(said));
    const error = await errorOf(sessions.getSession());
    expect(error).toMatchObject({ loginCode: 'UNDOCUMENTED_CODE' });
    await expectHidden(shown(error), [said]);
    await errorOf(sessions.getSession());
    expect(account.simulator.counts.loginAttempts).toBe(1);
  });

  it.each(['suspended', ' SUSPENDED '])(
    'is a documented one that is written as "%s"',
    async (said) => {
      const { fail, sessions } = await open();
      fail(refusal(said));
      expect(await errorOf(sessions.getSession())).toMatchObject({ loginCode: 'SUSPENDED' });
    },
  );
});

describe('a short user name', () => {
  it.each(['a', 'in', 'its'])('("%s") leaves our own words as they are', async (username) => {
    const { fail, sessions } = await open('certificate', { username });
    fail({ status: 403 });
    expect(await errorOf(sessions.getSession())).toMatchObject({
      message:
        "Betfair's identity service answered HTTP 403 (text/html) instead of JSON; this address may be blocked (login). This says nothing about the session; try again later.",
    });
  });
});

describe.each(['keepAlive', 'logout'] as const)('%s', (operation) => {
  it.each<Case>([...ECHOED_CODES, ['the token', '']])(
    'that is answered with %s says nothing about the session, and shows nothing of it',
    async (_, said) => {
      const { account, sessions, shown } = await open();
      const { token } = await sessions.getSession();
      account.simulator.fail(operation, { reply: { status: 'FAIL', error: said || token } });
      const error = await errorOf(sessions[operation]());
      expect(error).toMatchObject({ code: 'BETFAIR_IDENTITY_UNAVAILABLE', retryable: true });
      await expectHidden(shown(error), SECRETS);
      expect(shownOf(error)).not.toContain(token);
      expect(account.simulator.counts.loginAttempts).toBe(1);
    },
  );

  it.each<Case>([
    ...NO_CODES,
    ['a code behind something else', 'canary NO_SESSION'],
    ['a status that is no code, without an error', ''],
  ])('that is answered with %s says nothing about the session', async (_, said) => {
    const { account, sessions, shown } = await open();
    const session = await sessions.getSession();
    const reply = said === '' ? { status: 'no_session canary' } : { status: 'FAIL', error: said };
    account.simulator.fail(operation, { reply });
    const error = await errorOf(sessions[operation]());
    expect(error).toMatchObject({ code: 'BETFAIR_IDENTITY_UNAVAILABLE', retryable: true });
    await expectHidden(shown(error), ['canary']);
    if (operation === 'keepAlive') expect(await sessions.getSession()).toBe(session);
    expect(account.simulator.counts.loginAttempts).toBe(1);
  });

  it.each(['session', 'no_session', 'NO'])(
    'of the user "%s" still knows the end of the session',
    async (username) => {
      const { account, sessions } = await open('certificate', { username });
      const { token } = await sessions.getSession();
      account.simulator.endSessions();
      await sessions[operation]();
      expect((await sessions.getSession()).token).not.toBe(token);
      expect(account.simulator.counts.loginAttempts).toBe(2);
    },
  );
});
