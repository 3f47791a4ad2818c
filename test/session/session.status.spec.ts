import { SessionStorageError } from 'nestjs-betfair-session';
import { closeAccounts, createAccount } from '../support/account.js';
import { PartlyDownStorage } from '../support/partly-down.storage.js';
import { VirtualClock } from '../support/virtual.clock.js';

const HOUR = 3_600_000;

afterEach(closeAccounts);

describe('the status, as a health check reads it', () => {
  it('is empty before the first session, ready with it, and empty once it has expired', async () => {
    const clock = new VirtualClock();
    const { start } = await createAccount();
    const { sessions } = await start({}, clock);
    expect(sessions.status).toStrictEqual({ state: 'empty', persisted: false });
    await sessions.getSession();
    const expiresAt = new Date(clock.wall() + 12 * HOUR);
    expect(sessions.status).toStrictEqual({ state: 'ready', expiresAt, persisted: true });
    await clock.advance(HOUR);
    expect(sessions.status).toStrictEqual({ state: 'ready', expiresAt, persisted: true });
    await clock.advance(11 * HOUR);
    expect(sessions.status).toStrictEqual({ state: 'empty', persisted: false });
  });

  it('is degraded where the session is in memory only', async () => {
    const { storage, start } = await createAccount();
    const { sessions } = await start({ persistence: 'best-effort' }, new VirtualClock());
    storage.fail('write', new SessionStorageError('The store is down.', 'unavailable'));
    await sessions.getSession();
    expect(sessions.status).toMatchObject({ state: 'degraded', persisted: false });
    await sessions.keepAlive();
    expect(sessions.status).toMatchObject({ state: 'ready', persisted: true });
  });

  it('is degraded while the store fails, although it holds the session', async () => {
    const clock = new VirtualClock();
    const { start } = await createAccount();
    let down = false;
    const storage = new PartlyDownStorage(() => down);
    const { sessions } = await start({ storage }, clock);
    await sessions.getSession();
    down = true;
    // The lease of the login cannot be given back.
    await clock.advance(3_000);
    expect(sessions.status).toMatchObject({ state: 'degraded', persisted: true });
    down = false;
    await sessions.unblockLogin();
    expect(sessions.status).toMatchObject({ state: 'ready', persisted: true });
  });

  it('is blocked, with the time of the next login, if logins are blocked and there is no session', async () => {
    const clock = new VirtualClock();
    const { simulator, start } = await createAccount();
    const { sessions } = await start({}, clock);
    simulator.fail('certLogin', { reply: { loginStatus: 'TEMPORARY_BAN_TOO_MANY_REQUESTS' } });
    await expect(sessions.getSession()).rejects.toThrow('TEMPORARY_BAN');
    const blockedUntil = new Date(clock.wall() + 20 * 60_000);
    await clock.advance(60_000);
    expect(sessions.status).toStrictEqual({ state: 'blocked', blockedUntil, persisted: false });
  });

  it('is degraded if logins are blocked and another process had a session left', async () => {
    const clock = new VirtualClock();
    const { start } = await createAccount();
    const { sessions } = await start({ password: 'wrong' }, clock);
    await expect(sessions.getSession()).rejects.toThrow();
    await (await start()).sessions.getSession();
    await clock.advance(7_000);
    await sessions.getSession();
    expect(sessions.status).toStrictEqual({
      state: 'degraded',
      expiresAt: new Date(clock.wall() + 12 * HOUR),
      persisted: true,
    });
  });

  it('names no time where only a person can lift what holds logins back', async () => {
    const { start } = await createAccount();
    const { sessions } = await start({ password: 'wrong' });
    await expect(sessions.getSession()).rejects.toThrow();
    expect(sessions.status).toStrictEqual({ state: 'blocked', persisted: false });
  });
});
