import { jest } from '@jest/globals';
import type { SimulatorFault } from 'nestjs-betfair-session/testing';
import { BetfairIdentityUnavailableError } from 'nestjs-betfair-session';
import { closeAccounts, createAccount, times } from '../support/account.js';
import { typesOf } from '../support/application.js';
import { VirtualClock } from '../support/virtual.clock.js';

afterEach(closeAccounts);
afterEach(() => {
  jest.restoreAllMocks();
});

const FAULTS: [string, SimulatorFault][] = [
  ['a reset connection', 'reset'],
  ['a redirect, as for a blocked country', { status: 302 }],
  ['403, as for a blocked address', { status: 403 }],
  ['502', { status: 502 }],
  ['an HTML page with status 200', 'html'],
  ['truncated JSON', 'truncated'],
  ['JSON of another shape', { reply: [] }],
  [
    'INTERNAL_ERROR',
    { reply: { token: '', product: '', status: 'FAIL', error: 'INTERNAL_ERROR' } },
  ],
  ['headers that never come', 'hung'],
  ['a body that never ends', 'hung-body'],
];

describe('keepAlive of a stored session that answers with', () => {
  it.each(FAULTS)('%s fails with a transient error and without a login', async (_, fault) => {
    const { simulator, start, stored } = await createAccount();
    const first = await start();
    const { token } = await first.sessions.getSession();
    await first.close();

    simulator.fail('keepAlive', fault, { times: Infinity });
    const clock = new VirtualClock(500);
    const { sessions } = await start({}, clock);
    const waiting = Promise.allSettled(times(20, () => sessions.getSession()));
    for (const outcome of await clock.until(waiting)) {
      expect(outcome).toMatchObject({
        status: 'rejected',
        reason: { code: 'BETFAIR_IDENTITY_UNAVAILABLE', retryable: true },
      });
    }
    expect(simulator.counts).toMatchObject({ loginAttempts: 1, keepAlives: 3 });

    // Until the back-off is over, the same error costs nothing.
    await expect(sessions.getSession()).rejects.toBeInstanceOf(BetfairIdentityUnavailableError);
    expect(simulator.counts.keepAlives).toBe(3);

    simulator.clearFaults();
    await clock.advance(1_000);
    expect((await sessions.getSession()).token).toBe(token);
    expect(await stored()).toBe(token);
    expect(simulator.counts.loginAttempts).toBe(1);
  });

  it.each([
    [0, 187.5, 562.5],
    [0.75, 281.25, 843.75],
  ])(
    'no clear answer is asked again twice, after waits that differ between processes (by chance %d)',
    async (chance, first, second) => {
      const { simulator, start } = await createAccount();
      const former = await start();
      const { token } = await former.sessions.getSession();
      await former.close();
      const clock = new VirtualClock();
      clock.random = () => chance;
      simulator.fail('keepAlive', { status: 502 }, { times: 2 });
      const { sessions } = await start({}, clock);
      const session = sessions.getSession();
      await clock.advance(first - 1);
      expect(simulator.counts.keepAlives).toBe(1);
      await clock.advance(1);
      expect(simulator.counts.keepAlives).toBe(2);
      await clock.advance(second - 1);
      expect(simulator.counts.keepAlives).toBe(2);
      await clock.advance(1);
      expect((await session).token).toBe(token);
    },
  );

  it('a name that DNS does not know fails with a transient error and without a login', async () => {
    const { simulator, start } = await createAccount();
    const first = await start();
    await first.sessions.getSession();
    await first.close();
    const { endpoints } = simulator.options();
    const { sessions } = await start({
      endpoints: { ...endpoints, keepAlive: 'https://identitysso.betfair.invalid/api/keepAlive' },
    });
    await expect(sessions.getSession()).rejects.toMatchObject({
      code: 'BETFAIR_IDENTITY_UNAVAILABLE',
      retryable: true,
    });
    expect(simulator.counts.loginAttempts).toBe(1);
  });

  it('an undocumented code fails with a lasting error and without a login', async () => {
    const { simulator, start } = await createAccount();
    const first = await start();
    await first.sessions.getSession();
    await first.close();
    simulator.fail('keepAlive', {
      reply: { token: '', product: '', status: 'FAIL', error: 'SOMETHING_NEW' },
    });
    const { sessions } = await start();
    await expect(sessions.getSession()).rejects.toMatchObject({
      code: 'BETFAIR_KEEP_ALIVE_REJECTED',
      retryable: false,
      message: expect.stringContaining('SOMETHING_NEW'),
    });
    expect(simulator.counts).toMatchObject({ loginAttempts: 1, keepAlives: 1 });
  });

  it.each(['NO_SESSION', 'INPUT_VALIDATION_ERROR'])(
    '%s is followed by exactly one login',
    async (code) => {
      const { simulator, start } = await createAccount();
      const first = await start();
      await first.sessions.getSession();
      await first.close();
      simulator.fail('keepAlive', {
        reply: { token: '', product: '', status: 'FAIL', error: code },
      });
      const { sessions } = await start();
      await Promise.all(times(50, () => sessions.getSession()));
      expect(simulator.counts).toMatchObject({ logins: 2, keepAlives: 1 });
    },
  );

  it.each([{ token: 'another' }, { token: '' }, { product: 'other' }, { token: undefined }])(
    'SUCCESS and the echo %p keeps the token that was sent',
    async (echo) => {
      const { simulator, start, stored } = await createAccount();
      const first = await start();
      const { token } = await first.sessions.getSession();
      await first.close();
      simulator.fail('keepAlive', { reply: { status: 'SUCCESS', error: '', ...echo } });
      const { sessions } = await start();
      expect((await sessions.getSession()).token).toBe(token);
      expect(await stored()).toBe(token);
      expect(simulator.counts.logins).toBe(1);
    },
  );
});

describe('a login that fails', () => {
  it('without an answer is not repeated in the same renewal; callers share the error until the back-off is over', async () => {
    const { simulator, start } = await createAccount();
    simulator.fail('certLogin', 'hung', { times: Infinity });
    const clock = new VirtualClock(500);
    const { sessions } = await start({}, clock);
    const waiting = Promise.allSettled(times(100, () => sessions.getSession()));
    const outcomes = await clock.until(waiting);
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
    expect(simulator.counts.loginAttempts).toBe(1);
    await expect(sessions.getSession()).rejects.toMatchObject({ retryable: true });
    expect(simulator.counts.loginAttempts).toBe(1);
    simulator.clearFaults();
    await clock.advance(1_000);
    await clock.until(sessions.getSession());
    expect(simulator.counts).toMatchObject({ loginAttempts: 2, logins: 1 });
  });

  it('is tried again after waits that grow with the outage up to a minute, and at once after a success', async () => {
    const clock = new VirtualClock();
    const { simulator, start } = await createAccount({ clock });
    const { sessions } = await start({ storage: 'mem://' }, clock);
    simulator.fail('certLogin', { status: 503 }, { times: Infinity });
    for (let second = 0; second <= 600; second++) {
      await clock.until(sessions.getSession().catch(() => undefined));
      await clock.advance(1_000);
    }
    const attempts = simulator.requests.map(({ at }) => at);
    const waits = attempts.slice(1).map((at, index) => at - (attempts[index] ?? 0));
    const [first = 0] = attempts;
    for (const [index, wait] of waits.entries()) {
      const outage = (attempts[index] ?? 0) - first;
      const longest = Math.min(60_000, Math.max(1_000, outage / 4));
      expect(wait).toBeGreaterThanOrEqual(longest / 2);
      // A second more: this caller looks only once a second.
      expect(wait).toBeLessThanOrEqual(longest + 1_000);
    }
    expect(attempts.length).toBeGreaterThan(20);
    expect(attempts.length).toBeLessThan(60);
    simulator.clearFaults();
    await clock.advance(60_000);
    const session = await sessions.getSession();
    expect(simulator.counts.logins).toBe(1);
    // The next failure is the first one again.
    simulator.fail('certLogin', { status: 503 });
    simulator.endSessions();
    const events = typesOf(sessions);
    await expect(clock.until(sessions.refresh(session))).rejects.toMatchObject({ retryable: true });
    await clock.advance(1_000);
    await clock.until(sessions.getSession());
    expect(events).toEqual(['rejected', 'renewalFailed', 'loggedIn']);
  });
});
