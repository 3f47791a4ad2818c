import { closeAccounts, createAccount } from '../support/account.js';
import { VirtualClock } from '../support/virtual.clock.js';

afterEach(closeAccounts);

const EMAIL = 'trader@example.com';
const OTHER = 'somebody-else';
/** Accounts at Betfair. */
const accounts = [{}, { username: EMAIL }, { username: OTHER }];

const FOREIGN = {
  code: 'BETFAIR_CONFIGURATION',
  message: expect.stringContaining('its record "session.token.lease"'),
};

describe('with a sessionKey of its own, an account that was refused and stored nothing', () => {
  it.each([
    ['EMAIL_LOGIN_NOT_ALLOWED', { username: EMAIL }],
    ['INVALID_USERNAME_OR_PASSWORD', { password: 'wrong' }],
    ['AUTHORIZED_ONLY_FOR_DOMAIN_RO', { jurisdiction: 'romania' as const }],
  ])('(%s) starts at once when it is corrected', async (code, mistake) => {
    const { simulator, start } = await createAccount({ accounts });
    const { username } = { ...simulator.options(), ...mistake };
    simulator.account(username).loginCode = code;
    const mistaken = await start(mistake);
    await expect(mistaken.sessions.getSession()).rejects.toMatchObject({
      code: 'BETFAIR_LOGIN_REJECTED',
    });
    await mistaken.close();
    simulator.account(username).loginCode = undefined;
    const { sessions } = await start();
    await sessions.getSession();
    expect(simulator.counts).toMatchObject({ logins: 1 });
  });

  it('leaves the name to the first account that logs in, and another one is refused', async () => {
    const { simulator, start, storage } = await createAccount({ accounts });
    simulator.account(EMAIL).loginCode = 'EMAIL_LOGIN_NOT_ALLOWED';
    const refused = await start({ username: EMAIL });
    await expect(refused.sessions.getSession()).rejects.toMatchObject({ retryable: false });
    const { sessions } = await start();
    await sessions.getSession();
    const other = await start({ username: OTHER });
    await expect(other.sessions.getSession()).rejects.toMatchObject(FOREIGN);
    // Also the one that had the name once, in the same process.
    const { loginAttempts } = simulator.counts;
    await expect(refused.sessions.getSession()).rejects.toMatchObject({ retryable: false });
    expect(simulator.counts.loginAttempts).toBe(loginAttempts);
    expect((await storage.inner.read('session.token.lease'))?.value).not.toContain('somebody');
  });
});

describe('with a sessionKey of its own, an account that was not refused', () => {
  it('keeps others waiting while it logs in, and the name once it has stored its token', async () => {
    const clock = new VirtualClock();
    const { simulator, start } = await createAccount({ accounts });
    simulator.fail('certLogin', { slow: 200 });
    const first = await start({}, clock);
    const login = first.sessions.getSession();
    while (simulator.counts.loginAttempts === 0) await new Promise(setImmediate);
    const second = await start({ username: OTHER }, clock);
    const late = second.sessions.getSession().catch((error: unknown) => error);
    await clock.until(Promise.all([login, late]));
    expect(await late).toMatchObject(FOREIGN);
    expect(simulator.counts.loginAttempts).toBe(1);
  });

  it('keeps its token from another one that finds it stored by the Go library', async () => {
    const { simulator, start, storage, key } = await createAccount({ accounts });
    const maker = await start();
    const { token } = await maker.sessions.getSession();
    await maker.close();
    // As if no process of ours had ever been there.
    const record = await storage.inner.read(`${key}.lease`);
    await storage.inner.delete(`${key}.lease`, { ifVersion: record?.version ?? '' });
    const first = await start();
    expect((await first.sessions.getSession()).token).toBe(token);
    const second = await start({ username: OTHER });
    await expect(second.sessions.getSession()).rejects.toMatchObject(FOREIGN);
    expect(simulator.counts.logins).toBe(1);
  });
});
