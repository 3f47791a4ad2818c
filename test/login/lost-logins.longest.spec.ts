import { closeAccounts } from '../support/account.js';
import { typesOf } from '../support/application.js';
import { until } from '../support/betting.js';
import { createFleet } from './support/fleet.js';

const lost = {
  code: 'BETFAIR_LOGIN_BLOCKED',
  message: expect.stringContaining('The last logins got no answer'),
};

afterEach(closeAccounts);

describe('a login whose outcome is unknown', () => {
  it('is one that a shutdown ended', async () => {
    const { application, clock, record, simulator, start } = await createFleet();
    simulator.fail('certLogin', 'hung', { times: 100 });
    for (let restart = 1; restart <= 3; restart += 1) {
      const { close, sessions } = await application({ requestTimeout: 10_000 });
      const session = sessions.getSession().catch(({ code }) => code);
      await clock.until(until(() => simulator.counts.loginAttempts === restart));
      await clock.until(close());
      expect(await session).toBe('BETFAIR_CLOSED');
      expect((await record()).lostLogins).toMatchObject({ times: restart });
    }
    const next = await start();
    const events = typesOf(next);
    await expect(clock.until(next.getSession())).rejects.toMatchObject(lost);
    expect(events).toContain('loginBlocked');
    expect(simulator.counts.loginAttempts).toBe(3);
    simulator.clearFaults();
    await next.unblockLogin();
    await clock.until(next.getSession());
  });
});
