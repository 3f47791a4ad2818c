import { closeAccounts, createAccount } from '../support/account.js';
import { VirtualClock } from '../support/virtual.clock.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

afterEach(closeAccounts);

describe.each([
  ['20 minutes', 'spain', 20 * MINUTE],
  ['12 hours', 'global', 720 * MINUTE],
] as const)('over three days, a session that lives %s', (_, jurisdiction, lifetime) => {
  it.each([
    ['idle, with scheduled keep-alive', true, Infinity],
    ['busy, with scheduled keep-alive', true, lifetime / 7],
    ['busy, without', false, lifetime / 7],
  ] as const)(
    'never expires while the application is %s',
    async (_name, keepAlive, every) => {
      const clock = new VirtualClock();
      const { simulator, start } = await createAccount({ clock, accounts: [{ jurisdiction }] });
      const { sessions } = await start({ keepAlive }, clock);
      const session = await sessions.getSession();
      if (every === Infinity) await clock.advance(3 * DAY);
      else {
        while (clock.monotonic() < 3 * DAY) {
          await clock.advance(every);
          expect(await sessions.getSession()).toBe(session);
        }
      }
      await clock.settle();
      expect(sessions.current).toBe(session);
      expect(simulator.liveTokens()).toEqual([session.token]);
      expect(simulator.counts.logins).toBe(1);
      // Never more often than each half of its life, give or take the jitter and what both do at once.
      expect(simulator.counts.keepAlives).toBeLessThan(
        (3 * DAY) / (lifetime / 2) + (3 * DAY) / lifetime,
      );
    },
    60_000,
  );

  it('is replaced by one login after it expired unused', async () => {
    const clock = new VirtualClock();
    const { simulator, start } = await createAccount({ clock, accounts: [{ jurisdiction }] });
    const { sessions } = await start({}, clock);
    await sessions.getSession();
    await clock.advance(DAY);
    await sessions.getSession();
    expect(simulator.counts).toMatchObject({ logins: 2, keepAlives: 1 });
  });
});
