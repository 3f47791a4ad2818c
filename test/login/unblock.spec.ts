import { setTimeout as pause } from 'node:timers/promises';
import { closeAccounts, createAccount } from '../support/account.js';
import { VirtualClock } from '../support/virtual.clock.js';

afterEach(closeAccounts);

describe('unblockLogin()', () => {
  it('leaves a login under way, and its lease, alone', async () => {
    const clock = new VirtualClock();
    const { simulator, start } = await createAccount();
    const [one, two] = [await start({}, clock), await start({}, clock)];
    simulator.fail('certLogin', { slow: 300 });
    const first = one.sessions.getSession();
    while (simulator.counts.loginAttempts === 0) await pause(5);
    await Promise.all([two.sessions.unblockLogin(), clock.until(first)]);
    const second = await clock.until(two.sessions.getSession());
    expect(second.token).toBe((await first).token);
    expect(simulator.counts.loginAttempts).toBe(1);
  });

  it('serves a session in memory while the store hangs', async () => {
    const clock = new VirtualClock(200);
    const { start, storage } = await createAccount();
    const { sessions } = await start({}, clock);
    const session = await clock.until(sessions.getSession());
    const read = storage.inner.read.bind(storage.inner);
    storage.inner.read = () => new Promise(() => undefined);
    const unblocking = sessions.unblockLogin().catch(({ code }) => code);
    expect(await sessions.getSession()).toBe(session);
    expect(await clock.until(unblocking)).toBe('BETFAIR_STORAGE_UNAVAILABLE');
    storage.inner.read = read;
  });
});
