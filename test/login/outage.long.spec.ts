import { closeAccounts, createAccount } from '../support/account.js';
import { typesOf } from '../support/application.js';
import { VirtualClock } from '../support/virtual.clock.js';
import { createGate, type Gate } from './support/gate.js';

const gates: Gate[] = [];

afterEach(async () => {
  await closeAccounts();
  for (const gate of gates.splice(0)) await gate.close();
});

/** An account whose login goes by a gate. */
async function createGatedAccount() {
  const account = await createAccount();
  const { endpoints: direct } = account.simulator.options();
  const gate = await createGate(direct.certLogin);
  gates.push(gate);
  const { pathname } = new URL(direct.certLogin);
  const endpoints = { ...direct, certLogin: `${gate.url}${pathname}` };
  return { ...account, endpoints, gate };
}

const unavailable = { code: 'BETFAIR_IDENTITY_UNAVAILABLE', retryable: true };

describe('a time in which no login can be sent', () => {
  it('is told as such all along, and followed by a session within seconds', async () => {
    const clock = new VirtualClock();
    const { simulator, start, endpoints, gate } = await createGatedAccount();
    const { sessions } = await start({ endpoints }, clock);
    const events = typesOf(sessions);
    gate.isOpen = false;
    for (let second = 0; second < 20; second += 1) {
      await expect(clock.until(sessions.getSession())).rejects.toMatchObject(unavailable);
      await clock.advance(1_000);
    }
    expect(simulator.counts.loginAttempts).toBe(0);
    expect(events).not.toContain('loginBlocked');
    gate.isOpen = true;
    const end = clock.monotonic();
    let hasSession = false;
    while (!hasSession) {
      await clock.advance(250);
      hasSession = await clock.until(sessions.getSession()).then(
        () => true,
        () => false,
      );
    }
    // A quarter of the outage at the most.
    expect(clock.monotonic() - end).toBeLessThan(6_000);
    expect(simulator.counts).toMatchObject({ loginAttempts: 1, logins: 1 });
  });

  it('costs nothing of the login budget, however many attempts fall into it', async () => {
    const clock = new VirtualClock();
    const { simulator, start, endpoints, gate } = await createGatedAccount();
    const { sessions } = await start({ endpoints }, clock);
    gate.isOpen = false;
    for (let minute = 0; minute < 30; minute += 1) {
      await expect(clock.until(sessions.getSession())).rejects.toMatchObject(unavailable);
      await clock.advance(60_000);
    }
    gate.isOpen = true;
    // Five logins in the first minute after it.
    for (let login = 0; login < 5; login += 1) {
      const session = await clock.until(sessions.getSession());
      simulator.endSessions();
      await clock.until(sessions.refresh(session).catch(() => undefined));
      await clock.advance(3_000);
    }
    expect(simulator.counts.logins).toBeGreaterThanOrEqual(5);
  });

  it('is counted if an answer was lost that may have made a session', async () => {
    const clock = new VirtualClock();
    const { simulator, start } = await createAccount();
    const { sessions } = await start({}, clock);
    simulator.fail('certLogin', 'reset', { times: 5 });
    const outcomes = new Set<unknown>();
    for (let second = 0; second < 50; second += 1) {
      await clock.until(sessions.getSession()).catch(({ code }) => outcomes.add(code));
      await clock.advance(1_000);
    }
    expect(outcomes).toContain('BETFAIR_LOGIN_BLOCKED');
    expect(simulator.counts.loginAttempts).toBe(3);
  });
});
