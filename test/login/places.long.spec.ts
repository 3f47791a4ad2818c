import os from 'node:os';
import { jest } from '@jest/globals';
import { closeAccounts, createAccount } from '../support/account.js';
import { VirtualClock } from '../support/virtual.clock.js';

const MINUTE = 60_000;

afterEach(async () => {
  jest.restoreAllMocks();
  await closeAccounts();
});

/** Starts as on another host. */
function on<T>(host: string, start: () => Promise<T>): Promise<T> {
  const spy = jest.spyOn(os, 'hostname').mockReturnValue(host);
  return start().finally(() => spy.mockRestore());
}

describe.each(['BETTING_RESTRICTED_LOCATION', 'SECURITY_RESTRICTED_LOCATION'])('%s', (code) => {
  it('applies to the host that got it, and to no other', async () => {
    const clock = new VirtualClock();
    const { simulator, start } = await createAccount();
    simulator.account().loginCode = code;
    const abroad = await on('laptop', () => start({}, clock));
    await expect(clock.until(abroad.sessions.getSession())).rejects.toMatchObject({
      code: 'BETFAIR_LOGIN_REJECTED',
      loginCode: code,
      action: expect.stringContaining('2026-01-01T00:15:00'),
    });
    expect(abroad.sessions.status).toMatchObject({
      state: 'blocked',
      blockedUntil: new Date('2026-01-01T00:15:00Z'),
    });
    simulator.account().loginCode = undefined;
    const home = await on('server', () => start({}, clock));
    const session = await clock.until(home.sessions.getSession());
    expect(simulator.counts).toMatchObject({ loginAttempts: 2, logins: 1 });
    // And what is stored serves the laptop as well.
    await clock.advance(7_000);
    const shared = await clock.until(abroad.sessions.getSession());
    expect(shared.token).toBe(session.token);
    expect(simulator.counts.logins).toBe(1);
  });

  it('is one attempt in 15 minutes for a crash loop, whatever the wall clock does', async () => {
    const clock = new VirtualClock();
    const { simulator, start } = await createAccount();
    simulator.account().loginCode = code;
    for (let minute = 0; minute < 15; minute += 1) {
      const looping = await on('laptop', () => start({}, clock));
      await expect(clock.until(looping.sessions.getSession())).rejects.toMatchObject({
        loginCode: code,
      });
      await looping.close();
      await clock.advance(MINUTE);
    }
    expect(simulator.counts.loginAttempts).toBe(1);
    const next = await on('laptop', () => start({}, clock));
    await expect(clock.until(next.sessions.getSession())).rejects.toMatchObject({
      loginCode: code,
    });
    expect(simulator.counts.loginAttempts).toBe(2);
  });

  it('is lifted by unblockLogin(), and by time in a process that goes on', async () => {
    const clock = new VirtualClock();
    const { simulator, start } = await createAccount();
    simulator.account().loginCode = code;
    const { sessions } = await on('laptop', () => start({}, clock));
    const attempt = () => clock.until(sessions.getSession());
    await expect(attempt()).rejects.toMatchObject({ loginCode: code });
    await clock.until(sessions.unblockLogin());
    await expect(attempt()).rejects.toMatchObject({ loginCode: code });
    expect(simulator.counts.loginAttempts).toBe(2);
    simulator.account().loginCode = undefined;
    await clock.advance(15 * MINUTE);
    await attempt();
    expect(simulator.counts.logins).toBe(1);
  });
});
