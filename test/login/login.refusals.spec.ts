import { MemoryStorage, SessionStorageError } from 'nestjs-betfair-session';
import { classifyLoginCode, loginCodes } from '../../lib/identity/login-codes.js';
import { parseLoginRecord } from '../../lib/login/lease/lease.record.js';
import { typesOf } from '../support/application.js';
import { closeAccounts, createAccount, times } from '../support/account.js';
import { VirtualClock } from '../support/virtual.clock.js';

const MINUTE = 60_000;
/** Codes that no waiting ends. */
const fatal = loginCodes.filter((code) =>
  /^(credentials|account)$/.test(classifyLoginCode(code).kind),
);

afterEach(closeAccounts);

describe('a refused login', () => {
  it('is one attempt for two thousand callers, who all get the same error with the manual step', async () => {
    const clock = new VirtualClock();
    const { simulator, start } = await createAccount();
    const { sessions } = await start({ password: 'wrong' }, clock);
    for (let wave = 0; wave < 2; wave++) {
      const outcomes = await Promise.allSettled(times(1_000, () => sessions.getSession()));
      const reasons = outcomes.map((outcome) => 'reason' in outcome && outcome.reason);
      expect(new Set(reasons).size).toBe(1);
      expect(reasons[0]).toMatchObject({
        name: 'BetfairLoginRejectedError',
        code: 'BETFAIR_LOGIN_REJECTED',
        loginCode: 'INVALID_USERNAME_OR_PASSWORD',
        action: expect.stringContaining('Check user name and password'),
        retryable: false,
      });
    }
    expect(sessions.status).toEqual({ state: 'blocked', persisted: false });
    // Not after any wait either.
    for (let minute = 0; minute < 60; minute++) {
      await clock.advance(MINUTE);
      await expect(sessions.getSession()).rejects.toMatchObject({ code: 'BETFAIR_LOGIN_REJECTED' });
    }
    expect(simulator.counts.loginAttempts).toBe(1);
  });

  it.each(fatal)('with %s is one attempt', async (code) => {
    const clock = new VirtualClock();
    const { simulator, start } = await createAccount();
    simulator.account().loginCode = code;
    const { sessions } = await start({}, clock);
    for (let round = 0; round < 3; round++) {
      await expect(sessions.getSession()).rejects.toMatchObject({
        loginCode: code,
        action: expect.stringContaining(classifyLoginCode(code).action),
      });
      await clock.advance(MINUTE);
    }
    expect(simulator.counts.loginAttempts).toBe(1);
  });

  it('binds only the credentials that were refused: a new password is tried once, at once after a restart', async () => {
    const { simulator, start } = await createAccount();
    const first = await start({ password: 'wrong' });
    await expect(first.sessions.getSession()).rejects.toMatchObject({ retryable: false });
    const { sessions } = await start();
    await sessions.getSession();
    expect(simulator.counts).toMatchObject({ loginAttempts: 2, logins: 1 });
  });

  it('is lifted by a password function that returns a new one, within one lease duration', async () => {
    const clock = new VirtualClock();
    const { simulator, start } = await createAccount();
    const { password } = simulator.options();
    let current = 'wrong';
    const { sessions } = await start({ password: () => current }, clock);
    const events = typesOf(sessions);
    await expect(sessions.getSession()).rejects.toMatchObject({ retryable: false });
    current = password;
    await expect(sessions.getSession()).rejects.toMatchObject({ retryable: false });
    await clock.advance(7_000);
    await sessions.getSession();
    expect(simulator.counts).toMatchObject({ loginAttempts: 2, logins: 1 });
    expect(events).toEqual(['loginBlocked', 'loginUnblocked', 'loggedIn']);
  });

  it('is lifted by unblockLogin(), at once', async () => {
    const clock = new VirtualClock();
    const { simulator, start } = await createAccount();
    simulator.account().loginCode = 'ACCOUNT_NOW_LOCKED';
    const { sessions } = await start({}, clock);
    const events = typesOf(sessions);
    for (let minute = 0; minute < 3; minute++) {
      await clock.advance(MINUTE);
      await expect(sessions.getSession()).rejects.toMatchObject({
        loginCode: 'ACCOUNT_NOW_LOCKED',
        action: expect.stringContaining(
          'call unblockLogin() (or delete "session.token.lease" and "session.token" together from the store).',
        ),
      });
    }
    simulator.account().loginCode = undefined;
    await sessions.unblockLogin();
    await sessions.unblockLogin();
    const session = await sessions.getSession();
    expect(simulator.counts).toMatchObject({ loginAttempts: 2, logins: 1 });
    expect(sessions.status.state).toBe('ready');
    await clock.advance(MINUTE);
    simulator.endSessions();
    await sessions.refresh(session);
    // Each is told once, however often it is met.
    expect(events.join()).toBe('loginBlocked,loginUnblocked,loggedIn,rejected,loggedIn');
  });

  it('does not keep a blocked application from a session that another one stores', async () => {
    const clock = new VirtualClock();
    const { simulator, start } = await createAccount();
    const blocked = await start({ password: 'wrong' }, clock);
    await expect(blocked.sessions.getSession()).rejects.toMatchObject({ retryable: false });
    const { token } = await (await start()).sessions.getSession();
    await clock.advance(7_000);
    expect((await blocked.sessions.getSession()).token).toBe(token);
    expect(simulator.counts).toMatchObject({ loginAttempts: 2, logins: 1 });
    // Its own password is still wrong, which shows as soon as that session ends.
    simulator.endSessions();
    await expect(
      blocked.sessions.refresh(await blocked.sessions.getSession()),
    ).rejects.toMatchObject({ retryable: false });
    expect(simulator.counts.loginAttempts).toBe(2);
  });
});

describe("Betfair's temporary ban", () => {
  const ban = { reply: { loginStatus: 'TEMPORARY_BAN_TOO_MANY_REQUESTS' } };

  it('holds all logins back for 20 minutes while a valid session is served, and then lets one try', async () => {
    const clock = new VirtualClock();
    const { simulator, start } = await createAccount();
    const { sessions } = await start({}, clock);
    const session = await sessions.getSession();
    // The lease of the first login is given back.
    await clock.advance(3_000);
    simulator.fail('certLogin', ban);
    simulator.endSessions();
    await expect(sessions.refresh(session)).rejects.toMatchObject({
      code: 'BETFAIR_LOGIN_BLOCKED',
      message: expect.stringContaining('TEMPORARY_BAN_TOO_MANY_REQUESTS'),
      retryable: true,
      until: new Date(clock.wall() + 20 * MINUTE),
    });
    expect(sessions.status).toMatchObject({
      state: 'blocked',
      blockedUntil: new Date(clock.wall() + 20 * MINUTE),
    });
    while (clock.monotonic() < 20 * MINUTE + 3_000) {
      await expect(sessions.getSession()).rejects.toMatchObject({ code: 'BETFAIR_LOGIN_BLOCKED' });
      await clock.advance(MINUTE / 2);
    }
    expect(simulator.counts.loginAttempts).toBe(2);
    await Promise.all(times(100, () => sessions.getSession()));
    expect(simulator.counts).toMatchObject({ loginAttempts: 3, logins: 2 });
  });

  it('lets the store be looked at ever less often, and a login be made at the moment it ends', async () => {
    const clock = new VirtualClock();
    const { simulator, storage, start } = await createAccount();
    const [one, two] = [await start({}, clock), await start({}, clock)];
    const blocked = { code: 'BETFAIR_LOGIN_BLOCKED' };
    simulator.fail('certLogin', ban);
    const events = typesOf(one.sessions);
    await expect(one.sessions.getSession()).rejects.toMatchObject(blocked);
    const { read } = storage.counts;
    for (let second = 0; second < 70; second++) {
      await Promise.allSettled(times(10, () => one.sessions.getSession()));
      await clock.advance(1_000);
    }
    // Each second at first, since another process may store a session at any moment; later once in the 7 s of a lease.
    expect(storage.counts.read - read).toBeLessThan(30);
    expect(events).toEqual(['loginBlocked']);
    await clock.advance(20 * MINUTE - 70_000 - 1);
    await expect(two.sessions.getSession()).rejects.toMatchObject(blocked);
    await clock.advance(1);
    await two.sessions.getSession();
    await clock.advance(7_000);
    expect((await one.sessions.getSession()).token).toBe(two.sessions.current?.token);
    expect(simulator.counts).toMatchObject({ loginAttempts: 2, logins: 1 });
  });

  it('does not touch the session that is valid, nor its keepAlive', async () => {
    const clock = new VirtualClock();
    const { simulator, storage, start, key } = await createAccount();
    const { sessions } = await start({}, clock);
    const valid = await sessions.getSession();
    await clock.advance(3_000);
    simulator.fail('certLogin', ban);
    const banned = await start({}, clock);
    const stored = await storage.inner.read(key);
    await storage.inner.delete(key, { ifVersion: stored?.version ?? '' });
    await expect(banned.sessions.getSession()).rejects.toMatchObject({
      code: 'BETFAIR_LOGIN_BLOCKED',
    });
    await sessions.keepAlive();
    await expect(sessions.getSession()).resolves.toBe(valid);
    expect(simulator.counts).toMatchObject({ loginAttempts: 2, logins: 1, keepAlives: 1 });
  });
});

describe('what cannot be written to the record', () => {
  /** Fails to note what holds logins back, and nothing else. */
  class ForgetfulStorage extends MemoryStorage {
    override async write(...parameters: Parameters<MemoryStorage['write']>): Promise<string> {
      const [key, value] = parameters;
      const record = key.endsWith('.lease') ? parseLoginRecord(value) : undefined;
      if (record && (record.ban !== null || Object.keys(record.refusals).length > 0)) {
        throw new SessionStorageError('the store is down', 'unavailable');
      }
      return super.write(...parameters);
    }
  }

  it('still holds this process back: a refusal for good', async () => {
    const clock = new VirtualClock();
    const { invariants, simulator, start } = await createAccount();
    // It goes back with what is known, or not at all.
    invariants.expectBroken('a lease was not given back');
    const { sessions } = await start({ storage: new ForgetfulStorage(), password: 'wrong' }, clock);
    for (let minute = 0; minute < 30; minute++) {
      await expect(clock.until(sessions.getSession())).rejects.toMatchObject({
        code: 'BETFAIR_LOGIN_REJECTED',
      });
      await clock.advance(MINUTE);
    }
    expect(simulator.counts.loginAttempts).toBe(1);
  });

  it("still holds this process back: Betfair's ban for 20 minutes", async () => {
    const clock = new VirtualClock();
    const { simulator, start } = await createAccount();
    const { sessions } = await start({ storage: new ForgetfulStorage() }, clock);
    simulator.fail('certLogin', { reply: { loginStatus: 'TEMPORARY_BAN_TOO_MANY_REQUESTS' } });
    for (let minute = 0; minute < 20; minute++) {
      await expect(clock.until(sessions.getSession())).rejects.toMatchObject({
        code: 'BETFAIR_LOGIN_BLOCKED',
      });
      await clock.advance(MINUTE);
    }
    await clock.until(sessions.getSession());
    expect(simulator.counts).toMatchObject({ loginAttempts: 2, logins: 1 });
  });
});

describe('the login budget', () => {
  it('is five in a minute, however many rejections there are', async () => {
    const clock = new VirtualClock();
    const { simulator, start } = await createAccount();
    const { sessions } = await start({ storage: 'mem://' }, clock);
    for (let i = 0; i < 10_000; i++) {
      const session = await sessions.getSession().catch(() => undefined);
      simulator.endSessions();
      if (session) void sessions.refresh(session).catch(() => undefined);
      if (i % 100 === 99) await clock.advance(590);
    }
    expect(clock.monotonic()).toBeLessThan(MINUTE);
    expect(simulator.counts.loginAttempts).toBe(5);
    await expect(sessions.getSession()).rejects.toMatchObject({
      code: 'BETFAIR_LOGIN_BLOCKED',
      message: expect.stringContaining('The login budget is spent'),
      until: new Date(clock.wall() - clock.monotonic() + MINUTE),
    });
  }, 20_000);
});
