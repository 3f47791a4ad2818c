import { SessionStorageError } from 'nestjs-betfair-session';
import { createTestSession } from 'nestjs-betfair-session/testing';
import { sleep } from '../../lib/common/deadline.js';
import { closeAccounts, createAccount, times } from '../support/account.js';
import { typesOf } from '../support/application.js';
import { until } from '../support/betting.js';
import { replaceOnProof } from '../support/proven-refusal.js';
import { VirtualClock } from '../support/virtual.clock.js';

afterEach(closeAccounts);

describe('refresh of a rejected session', () => {
  it('renews once for a thousand rejections at the same time', async () => {
    const clock = new VirtualClock();
    const { simulator, start, stored } = await createAccount();
    const { sessions } = await start({}, clock);
    const dead = await sessions.getSession();
    simulator.endSessions();
    const served = await clock.until(Promise.all(times(1_000, () => sessions.refresh(dead))));
    expect(new Set(served.map(({ generation }) => generation))).toEqual(new Set([2]));
    expect(simulator.counts).toMatchObject({ logins: 2, keepAlives: 1 });
    expect(await stored()).toBe(served[0]?.token);
  });

  it('does not renew again for a thousand more within five seconds of the renewal', async () => {
    const { simulator, start } = await createAccount();
    const clock = new VirtualClock();
    const { sessions } = await start({ storage: 'mem://' }, clock);
    const dead = await sessions.getSession();
    simulator.endSessions();
    const renewed = await sessions.refresh(dead);
    const stragglers = times(1_000, async (index) => {
      await sleep(clock, index * 5);
      return sessions.refresh(dead);
    });
    await clock.advance(5_000);
    expect(new Set(await Promise.all(stragglers))).toEqual(new Set([renewed]));
    expect(simulator.counts).toMatchObject({ logins: 2, keepAlives: 1 });
  });

  it('replaces the stored text that a call proved dead without asking keepAlive, which may still take it', async () => {
    const { simulator, start } = await createAccount();
    const { sessions } = await start({ storage: 'mem://' });
    await replaceOnProof(simulator, sessions);
    expect(simulator.counts).toMatchObject({ logins: 2, keepAlives: 0 });
  });

  it('replaces the stored text that a call proved dead also where this process does not know that it is stored', async () => {
    const clock = new VirtualClock();
    const { simulator, storage, start, stored, key } = await createAccount();
    storage.fail('write', async () => {
      // It takes effect, and says that it did not.
      await storage.put(key, simulator.liveTokens()[0] ?? '');
      throw new SessionStorageError('The store is down.', 'unavailable');
    });
    const { sessions } = await start({ persistence: 'best-effort' }, clock);
    const rejected = await sessions.getSession();
    expect(sessions.status).toMatchObject({ persisted: false });
    expect(await stored()).toBe(rejected.token);
    await clock.until(replaceOnProof(simulator, sessions));
    expect(simulator.counts).toMatchObject({ logins: 2, keepAlives: 0 });
  });

  it('adopts the same text if it was stored again: a login may return the token it returned before', async () => {
    const { simulator, storage, start, key } = await createAccount();
    const { sessions } = await start();
    const rejected = await sessions.getSession();
    await sessions.call('SportsAPING/v1.0/listEventTypes');
    await storage.put(key, rejected.token);
    let calls = 0;
    simulator.rejectCalls(() => calls++ === 0);
    await sessions.call('SportsAPING/v1.0/listEventTypes');
    const renewed = await sessions.getSession();
    expect(renewed).toMatchObject({ token: rejected.token, generation: 2 });
    expect(simulator.counts).toMatchObject({ logins: 1, keepAlives: 1 });
  });

  it('adopts what another process stored meanwhile, after keepAlive took it', async () => {
    const clock = new VirtualClock();
    const { simulator, start } = await createAccount();
    const [one, two] = [await start({}, clock), await start({}, clock)];
    const dead = await one.sessions.getSession();
    await two.sessions.getSession();
    simulator.endSessions();
    const renewed = await clock.until(one.sessions.refresh(dead));
    const other = two.sessions.current;
    if (other === undefined) throw new Error('The second application lost its session.');
    expect((await two.sessions.refresh(other)).token).toBe(renewed.token);
    expect(simulator.counts).toMatchObject({ logins: 2, keepAlives: 3 });
  });

  it('is not served or revived: a getSession during the renewal waits for the new one', async () => {
    const { simulator, start } = await createAccount();
    const { sessions } = await start({ storage: 'mem://' });
    const dead = await sessions.getSession();
    simulator.endSessions();
    simulator.fail('certLogin', { slow: 100 });
    const events = typesOf(sessions);
    const refreshing = sessions.refresh(dead);
    await until(() => events.includes('rejected'));
    expect(sessions.current).toBeUndefined();
    const [renewed, got] = await Promise.all([refreshing, sessions.getSession()]);
    expect(got).toBe(renewed);
    expect(renewed.generation).toBe(dead.generation + 1);
  });

  it('counts a login that returns the same token as a new session, so that nothing loops', async () => {
    const { simulator, start } = await createAccount({ accounts: [{ sameToken: true }] });
    const { sessions } = await start({ storage: 'mem://' });
    const dead = await sessions.getSession();
    simulator.endSessions();
    const renewed = await Promise.all(times(100, () => sessions.refresh(dead)));
    expect(renewed[0]?.token).toBe(dead.token);
    expect(new Set(renewed.map(({ generation }) => generation))).toEqual(new Set([2]));
    expect(simulator.counts.logins).toBe(2);
  });

  it('gives no caller a new session that died at once', async () => {
    const { simulator, start } = await createAccount();
    const { sessions } = await start({ storage: 'mem://' });
    const first = await sessions.getSession();
    const seen: number[] = [];
    const subscription = sessions.session$.subscribe((session) => {
      seen.push(session.generation);
      if (session.generation !== 2) return;
      simulator.endSessions();
      setImmediate(() => void sessions.refresh(session));
    });
    simulator.endSessions();
    await Promise.all(times(10, () => sessions.refresh(first)));
    await until(() => seen.length === 3);
    subscription.unsubscribe();
    expect(sessions.current?.generation).toBe(3);
    expect(seen).toEqual([1, 2, 3]);
    expect(simulator.counts.logins).toBe(3);
  });

  it('is not undone by a late call with an older session', async () => {
    const { simulator, start } = await createAccount();
    const { sessions } = await start({ storage: 'mem://' });
    const first = await sessions.getSession();
    simulator.endSessions();
    const second = await sessions.refresh(first);
    simulator.endSessions();
    const events = typesOf(sessions);
    simulator.fail('certLogin', { slow: 100 });
    const waiting = sessions.refresh(second);
    await until(() => events.includes('rejected'));
    const straggling = sessions.refresh(first);
    expect(sessions.current).toBeUndefined();
    expect(await straggling).toBe(await waiting);
    expect(sessions.current?.generation).toBe(3);
    expect(events).toEqual(['rejected', 'loggedIn']);
  });

  it.each([
    ['takes it', { slow: 300 }],
    ['gives no answer', 'hung'],
  ] as const)(
    'on proof is not undone by a validation in progress, to which Betfair %s',
    async (_, fault) => {
      const clock = new VirtualClock();
      const { simulator, start } = await createAccount();
      const { sessions } = await start({ storage: 'mem://' }, clock);
      const rejected = await sessions.getSession();
      await sessions.call('SportsAPING/v1.0/listEventTypes');
      const end = simulator.rejectCalls(() => true);
      simulator.fail('api', { slow: 100 });
      const refused = sessions.call('SportsAPING/v1.0/listEventTypes');
      await clock.advance(12 * 3_600_000);
      simulator.fail('keepAlive', fault);
      const events = typesOf(sessions);
      const validating = sessions.getSession();
      await until(() => events.includes('rejected'));
      end();
      const renewed = await clock.until(validating);
      expect(renewed.generation).toBe(rejected.generation + 1);
      await refused;
      expect(events).not.toContain('keptAlive');
      expect(simulator.counts).toMatchObject({ logins: 2, keepAlives: 1 });
    },
  );

  it('of another account is refused', async () => {
    const [one, two] = [await createAccount(), await createAccount()];
    const foreign = await (await two.start()).sessions.getSession();
    const { sessions } = await one.start();
    const refused = {
      code: 'BETFAIR_FOREIGN_SESSION',
      message: expect.stringContaining('Refresh it with the SessionService of its own account'),
      retryable: false,
    };
    await expect(sessions.refresh(foreign)).rejects.toMatchObject(refused);
    await expect(sessions.refresh(createTestSession())).rejects.toMatchObject(refused);
    expect(one.simulator.counts.loginAttempts).toBe(0);
  });

  it('drops a keepAlive of the old session that is answered after the new one came', async () => {
    const { simulator, start } = await createAccount();
    const { sessions } = await start({ storage: 'mem://' });
    await sessions.getSession();
    simulator.fail('keepAlive', { slow: 200 });
    const slow = sessions.keepAlive();
    const renewed = await replaceOnProof(simulator, sessions);
    const { expiresAt } = sessions.status;
    await slow;
    expect(sessions.current).toBe(renewed);
    expect(Math.abs(Number(sessions.status.expiresAt) - Number(expiresAt))).toBeLessThan(50);
    expect(simulator.counts.logins).toBe(2);
  });

  it('of every new session at once ends in a typed error within the login budget', async () => {
    const { simulator, start } = await createAccount();
    const clock = new VirtualClock();
    const { sessions } = await start({ storage: 'mem://' }, clock);
    let refused: unknown;
    for (let i = 0; i < 10_000; i++) {
      const session = await sessions.getSession();
      simulator.endSessions();
      try {
        await sessions.refresh(session);
      } catch (error) {
        refused = error;
        break;
      }
    }
    expect(refused).toMatchObject({ code: 'BETFAIR_LOGIN_BLOCKED', until: expect.any(Date) });
    expect(sessions.status.state).toBe('blocked');
    expect(simulator.counts.logins).toBe(5);
    await clock.advance(60_000);
    await sessions.getSession();
    expect(simulator.counts.logins).toBe(6);
  });
});
