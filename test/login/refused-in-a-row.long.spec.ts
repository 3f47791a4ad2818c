import { closeAccounts } from '../support/account.js';
import { createFleet } from './support/fleet.js';

const HOUR = 60 * 60_000;
/** Of the lease: `requestTimeout` and 5 s. */
const DURATION = 7_000;

const rejected = { code: 'BETFAIR_LOGIN_REJECTED', loginCode: 'INVALID_USERNAME_OR_PASSWORD' };
const inARow = {
  ...rejected,
  message: expect.stringContaining('It has refused 3 different credentials in a row'),
};

afterEach(closeAccounts);

describe('different credentials that are refused in a row', () => {
  it('are three attempts if the password function returns another text each time, however long it runs', async () => {
    const { clock, simulator, start } = await createFleet();
    let asked = 0;
    const password = () => `<html>error page ${(asked += 1)}</html>`;
    const sessions = await start({ password });
    for (let hour = 0; hour < 10; hour += 1) {
      await expect(clock.until(sessions.getSession())).rejects.toMatchObject(rejected);
      await clock.advance(HOUR);
    }
    await expect(clock.until(sessions.getSession())).rejects.toMatchObject(inARow);
    expect(simulator.counts.loginAttempts).toBe(3);
  });

  it('are three attempts however often the process is restarted', async () => {
    const { clock, simulator, start } = await createFleet();
    for (let restart = 0; restart < 30; restart += 1) {
      const sessions = await start({ password: `wrong ${restart}` });
      await expect(clock.until(sessions.getSession())).rejects.toMatchObject(rejected);
    }
    expect(simulator.counts.loginAttempts).toBe(3);
  });

  it('block the right ones too, until a person has them tried', async () => {
    const { clock, simulator, start } = await createFleet();
    for (const password of ['wrong', 'worse', 'worst']) {
      const sessions = await start({ password });
      await expect(clock.until(sessions.getSession())).rejects.toMatchObject(rejected);
    }
    const sessions = await start();
    await expect(clock.until(sessions.getSession())).rejects.toMatchObject(inARow);
    expect(sessions.status).toMatchObject({ state: 'blocked' });
    await sessions.unblockLogin();
    await clock.until(sessions.getSession());
    expect(simulator.counts).toMatchObject({ loginAttempts: 4, logins: 1 });
  });

  it('are counted from zero after a successful login', async () => {
    const { clock, record, simulator, start } = await createFleet();
    const [first, second] = [
      ['wrong', 'worse'],
      ['bad', 'worst'],
    ];
    for (const password of first) {
      const sessions = await start({ password });
      await expect(clock.until(sessions.getSession())).rejects.toMatchObject(rejected);
    }
    await clock.until((await start()).getSession());
    await clock.advance(DURATION);
    expect(await record()).toMatchObject({ refusedInARow: 0 });
    simulator.endSessions();
    for (const password of second) {
      const sessions = await start({ password });
      await expect(clock.until(sessions.getSession())).rejects.toMatchObject(rejected);
    }
    await clock.until((await start()).getSession());
    expect(simulator.counts).toMatchObject({ loginAttempts: 6, logins: 2 });
  });

  it('are one if the same are tried by many processes', async () => {
    const { clock, record, start } = await createFleet();
    for (let restart = 0; restart < 5; restart += 1) {
      const sessions = await start({ password: 'wrong' });
      await expect(clock.until(sessions.getSession())).rejects.toMatchObject(rejected);
    }
    expect(await record()).toMatchObject({ refusedInARow: 1 });
    await clock.until((await start()).getSession());
  });
});
