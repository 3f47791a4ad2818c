import { setTimeout as pause } from 'node:timers/promises';
import { closeAccounts, createAccount } from '../support/account.js';

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
});
