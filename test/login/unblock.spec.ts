import { setTimeout as pause } from 'node:timers/promises';
import { closeAccounts, createAccount } from '../support/account.js';
import { VirtualClock } from '../support/virtual.clock.js';

afterEach(closeAccounts);

describe('unblockLogin()', () => {
  it.each([5, 30, 80])(
    'counts at once, however callers ask meanwhile and the store dawdles (%d ms)',
    async (slowest) => {
      const { simulator, start, storage } = await createAccount();
      const { inner } = storage;
      const [read, write] = [inner.read.bind(inner), inner.write.bind(inner)];
      const dawdle = () => pause(5 + Math.random() * (slowest - 5));
      inner.read = async (...given) => {
        await dawdle();
        return read(...given);
      };
      inner.write = async (...given) => {
        await dawdle();
        return write(...given);
      };
      const { sessions } = await start();
      let codes = ['ACCOUNT_NOW_LOCKED', 'SUSPENDED'];
      simulator.account().loginCode = codes[0];
      await expect(sessions.getSession()).rejects.toMatchObject({ loginCode: codes[0] });
      let stale = 0;
      for (let round = 1; round <= 30; round += 1) {
        codes = codes.toReversed();
        simulator.account().loginCode = codes[0];
        const asking = setInterval(() => void sessions.getSession().catch(() => undefined), 5);
        await sessions.unblockLogin();
        // Whoever asks now is told what Betfair says now.
        await sessions.getSession().catch(({ loginCode }) => {
          if (loginCode !== codes[0]) stale += 1;
        });
        clearInterval(asking);
        expect(simulator.counts.loginAttempts).toBe(round + 1);
      }
      expect(stale).toBe(0);
      simulator.account().loginCode = undefined;
      await sessions.unblockLogin();
      await sessions.getSession();
    },
    60_000,
  );

  it('leaves a login in progress, and its lease, alone', async () => {
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
