import { BetfairSimulator, resetLoginBudget } from 'nestjs-betfair-session/testing';
import type { SessionService } from 'nestjs-betfair-session';
import { closeApplications, createSessions } from '../support/application.js';

let simulator: BetfairSimulator;
let sessions: SessionService;

beforeEach(async () => {
  simulator = await BetfairSimulator.start();
  ({ sessions } = await createSessions(simulator.options()));
});

afterEach(async () => {
  await closeApplications();
  await simulator.stop();
});

const ROUNDS = 8;
const blocked = {
  code: 'BETFAIR_LOGIN_BLOCKED',
  message: expect.stringContaining('The login budget is spent'),
};

/** Ends the session of the one application that the tests of a suite share, and uses it again. */
async function endAndCall(): Promise<unknown> {
  simulator.endSessions();
  return sessions.call('SportsAPING/v1.0/listEventTypes', { filter: {} });
}

describe('an application whose session is ended eight times within a minute', () => {
  it('is held back by its login budget', async () => {
    await sessions.getSession();
    const outcomes: unknown[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      outcomes.push(await endAndCall().catch((error: unknown) => error));
    }
    expect(simulator.counts.logins).toBe(5);
    expect(outcomes.slice(4)).toEqual(Array(4).fill(expect.objectContaining(blocked)));
    expect(sessions.status.state).toBe('blocked');
  });

  it('logs in each time if the budget is reset before', async () => {
    await sessions.getSession();
    for (let round = 0; round < ROUNDS; round++) {
      resetLoginBudget(sessions);
      expect(await endAndCall()).toMatchObject([{ eventType: { name: 'Soccer' } }, {}]);
    }
    expect(simulator.counts.logins).toBe(1 + ROUNDS);
  });

  it('goes on at once if the budget is reset after it was spent', async () => {
    await sessions.getSession();
    for (let round = 0; round < ROUNDS; round++) await endAndCall().catch(() => undefined);
    await expect(sessions.getSession()).rejects.toMatchObject(blocked);
    resetLoginBudget(sessions);
    await sessions.getSession();
    expect(sessions.status.state).toBe('ready');
  });

  it('is still held back by a refusal, which only unblockLogin() lifts', async () => {
    await sessions.getSession();
    simulator.account().loginCode = 'ACCOUNT_NOW_LOCKED';
    const refused = { code: 'BETFAIR_LOGIN_REJECTED' };
    await expect(endAndCall()).rejects.toMatchObject(refused);
    simulator.account().loginCode = undefined;
    resetLoginBudget(sessions);
    await expect(sessions.getSession()).rejects.toMatchObject(refused);
    expect(simulator.counts.loginAttempts).toBe(2);
    await sessions.unblockLogin();
    await sessions.getSession();
  });
});
