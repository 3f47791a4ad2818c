import { closeAccounts, createAccount } from '../support/account.js';
import { VirtualClock } from '../support/virtual.clock.js';

const MINUTE = 60_000;

afterEach(closeAccounts);

describe('the login budget', () => {
  it('is twenty at a stretch and then one in three minutes, and counts logins whose answer was lost', async () => {
    const clock = new VirtualClock();
    const { simulator, start } = await createAccount();
    const { sessions } = await start({ storage: 'mem://' }, clock);
    simulator.fail('certLogin', 'reset', { times: 3, processed: true });
    while (clock.monotonic() < 59 * MINUTE) {
      const session = await sessions.getSession().catch(() => undefined);
      simulator.endSessions();
      if (session) await sessions.refresh(session).catch(() => undefined);
      await clock.advance(15_000);
    }
    expect(simulator.counts.loginAttempts).toBe(39);
    await clock.advance(2 * MINUTE);
    await sessions.getSession();
    expect(simulator.counts.loginAttempts).toBe(40);
  }, 20_000);
});

it('an outage that lets no login get an answer holds back a session for three minutes at most once it is over', async () => {
  const clock = new VirtualClock();
  const { simulator, start } = await createAccount();
  const { sessions } = await start({ storage: 'mem://' }, clock);
  simulator.fail('certLogin', 'reset', { times: Infinity });
  const call = () => sessions.getSession().catch(() => undefined);
  for (let second = 0; second < 1_800; second += 5) {
    await call();
    await clock.advance(5_000);
  }
  simulator.clearFaults();
  const recovered = clock.monotonic();
  while ((await call()) === undefined) await clock.advance(1_000);
  expect(clock.monotonic() - recovered).toBeLessThanOrEqual(3 * MINUTE);
  expect(simulator.counts.logins).toBe(1);
}, 20_000);

it('an hour without the identity service ends within a minute of its recovery', async () => {
  const clock = new VirtualClock();
  const { simulator, start } = await createAccount();
  const { sessions } = await start({ storage: 'mem://' }, clock);
  simulator.fail('certLogin', { status: 503 }, { times: Infinity });
  const call = () => sessions.getSession().catch(() => undefined);
  for (let second = 0; second < 3_600; second += 5) {
    await call();
    await clock.advance(5_000);
  }
  // Between one a minute and one in half a minute, once the waits have grown.
  expect(simulator.counts.loginAttempts).toBeGreaterThan(50);
  expect(simulator.counts.loginAttempts).toBeLessThan(140);
  simulator.clearFaults();
  const recovered = clock.monotonic();
  while ((await call()) === undefined) await clock.advance(1_000);
  expect(clock.monotonic() - recovered).toBeLessThanOrEqual(MINUTE);
  expect(simulator.counts.logins).toBe(1);
}, 20_000);
