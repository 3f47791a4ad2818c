import { closeAccounts } from '../support/account.js';
import { typesOf } from '../support/application.js';
import { createFleet } from './support/fleet.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

afterEach(closeAccounts);

describe('a login whose outcome is unknown', () => {
  it('is followed by others ever more rarely, whichever process makes them, until one is answered', async () => {
    const { clock, simulator, start, record } = await createFleet();
    simulator.fail('certLogin', 'reset', { times: 100 });
    const before: number[] = [];
    for (let minute = 0; minute < 30; minute += 1) {
      // Restarted each minute, as an orchestrator does with a process that does not get ready.
      const sessions = await start({ password: 'perhaps wrong' });
      await clock.until(sessions.getSession()).catch(() => undefined);
      before.push(simulator.counts.loginAttempts);
      await clock.advance(MINUTE);
    }
    // Three, and then after 1, 2, 3, 3… minutes.
    expect(before.slice(0, 5)).toEqual([1, 2, 3, 4, 4]);
    expect(before.at(-1)).toBe(13);
    simulator.clearFaults();
    const sessions = await start();
    for (let minute = 0; minute < 5; minute += 1) {
      await clock.until(sessions.getSession()).catch(() => undefined);
      await clock.advance(MINUTE);
    }
    await clock.until(sessions.getSession());
    expect(await record()).toMatchObject({ lostLogins: null });
  });

  it('holds the next one back for 3 s, without the process waiting for itself as for another', async () => {
    const { clock, simulator, start } = await createFleet();
    const sessions = await start();
    const events = typesOf(sessions);
    simulator.fail('certLogin', 'reset');
    await expect(clock.until(sessions.getSession())).rejects.toThrow();
    await clock.advance(1_500);
    await clock.until(sessions.getSession());
    expect(events).not.toContain('waitingForLogin');
    expect(clock.monotonic()).toBeGreaterThanOrEqual(3_000);
  });

  it('holds nothing back before the third, also for a process whose clock is an hour behind', async () => {
    const { clock, simulator, start } = await createFleet();
    const first = await start();
    simulator.fail('certLogin', 'reset');
    await expect(clock.until(first.getSession())).rejects.toThrow();
    await clock.advance(3_000);
    clock.setWallBack(60 * MINUTE);
    await clock.until((await start()).getSession());
    expect(simulator.counts).toMatchObject({ loginAttempts: 2, logins: 1 });
  });

  it('is none that Betfair refused, or failed with an error of its own', async () => {
    const { clock, record, simulator, start } = await createFleet();
    const internal = { reply: { loginStatus: 'INTERNAL_ERROR' } };
    simulator.fail('certLogin', internal, { times: 4 });
    const sessions = await start();
    for (let attempt = 0; attempt < 4; attempt += 1) {
      await expect(clock.until(sessions.getSession())).rejects.toMatchObject({
        code: 'BETFAIR_IDENTITY_UNAVAILABLE',
      });
      await clock.advance(MINUTE);
      expect((await record()).lostLogins).toBeNull();
    }
    const refused = await start({ password: 'wrong' });
    await expect(clock.until(refused.getSession())).rejects.toMatchObject({
      code: 'BETFAIR_LOGIN_REJECTED',
    });
    expect((await record()).lostLogins).toBeNull();
    await clock.until(sessions.getSession());
    expect(simulator.counts).toMatchObject({ loginAttempts: 6, logins: 1 });
  });

  it('is not one whose credentials could not be obtained', async () => {
    const { clock, record, simulator, start } = await createFleet();
    let code = '';
    const sessions = await start({
      login: 'interactive',
      certificate: undefined,
      twoFactorCode: () => code,
    });
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await expect(clock.until(sessions.getSession())).rejects.toThrow('twoFactorCode');
      await clock.advance(MINUTE);
      expect((await record()).lostLogins).toBeNull();
    }
    code = '123456';
    simulator.account().twoFactorCode = code;
    await clock.until(sessions.getSession());
    expect(simulator.counts).toMatchObject({ loginAttempts: 1, logins: 1 });
  });
});

describe('a two-factor code that was refused', () => {
  it('is not sent again, however often the function returns it', async () => {
    const { clock, simulator, start } = await createFleet();
    simulator.account().twoFactorCode = '000001';
    const codes = ['999999', '999999', '999999', '000001'];
    const sessions = await start({
      login: 'interactive',
      certificate: undefined,
      twoFactorCode: () => codes.shift() ?? '',
    });
    await expect(clock.until(sessions.getSession())).rejects.toThrow('STRONG_CODE_FAIL');
    for (let attempt = 0; attempt < 2; attempt += 1) {
      await clock.advance(MINUTE);
      await expect(clock.until(sessions.getSession())).rejects.toThrow(
        'twoFactorCode" returned a code that Betfair has refused',
      );
    }
    expect(simulator.counts.loginAttempts).toBe(1);
    await clock.advance(MINUTE);
    await clock.until(sessions.getSession());
    expect(simulator.counts).toMatchObject({ loginAttempts: 2, logins: 1 });
  });

  it('is sent again after unblockLogin()', async () => {
    const { clock, simulator, start } = await createFleet();
    const stale = { reply: { status: 'FAIL', error: 'STRONG_CODE_FAIL', token: '' } };
    simulator.account().twoFactorCode = '000001';
    simulator.fail('login', stale);
    const sessions = await start({
      login: 'interactive',
      certificate: undefined,
      twoFactorCode: () => '000001',
    });
    await expect(clock.until(sessions.getSession())).rejects.toThrow('STRONG_CODE_FAIL');
    await sessions.unblockLogin();
    await clock.until(sessions.getSession());
    expect(simulator.counts).toMatchObject({ loginAttempts: 2, logins: 1 });
  });
});
