import { SessionStorageError } from 'nestjs-betfair-session';
import { closeAccounts, createAccount } from '../support/account.js';
import { typesOf } from '../support/application.js';
import { VirtualClock } from '../support/virtual.clock.js';

afterEach(closeAccounts);

describe('logout()', () => {
  it('ends the session at Betfair, forgets it and removes it from the store', async () => {
    const { simulator, start, stored } = await createAccount();
    const { sessions } = await start();
    await sessions.getSession();
    await sessions.logout();
    expect(simulator.liveTokens()).toEqual([]);
    expect(await stored()).toBeUndefined();
    expect(sessions.current).toBeUndefined();
    expect(sessions.status).toEqual({ state: 'empty', persisted: false });
  });

  it('does not stop the service: the next call logs in again', async () => {
    const { simulator, start } = await createAccount();
    const { sessions } = await start({ storage: 'mem://' });
    const { generation } = await sessions.getSession();
    await sessions.logout();
    expect((await sessions.getSession()).generation).toBe(generation + 1);
    expect(simulator.counts).toMatchObject({ logins: 2, logouts: 1, keepAlives: 0 });
  });

  it('ends the stored session where this process has none in memory', async () => {
    const { simulator, start, stored } = await createAccount();
    const first = await start();
    await first.sessions.getSession();
    await first.close();
    const { sessions } = await start();
    await sessions.logout();
    expect(simulator.liveTokens()).toEqual([]);
    expect(await stored()).toBeUndefined();
  });

  it.each(['before it is read', 'before it is deleted'])(
    'leaves alone what another process stored meanwhile, %s',
    async (when) => {
      const { simulator, storage, start, stored, key } = await createAccount();
      const { sessions } = await start();
      await sessions.getSession();
      const other = 'C'.repeat(44);
      const operation = when === 'before it is read' ? 'read' : 'delete';
      storage.fail(operation, () => storage.put(key, other));
      await sessions.logout();
      expect(await stored()).toBe(other);
      expect(simulator.counts.logouts).toBe(1);
    },
  );

  it('waits for a login in progress, and calls that come meanwhile wait for the logout', async () => {
    const clock = new VirtualClock();
    const { simulator, start, stored } = await createAccount();
    simulator.fail('certLogin', { slow: 100 });
    const { sessions } = await start({}, clock);
    const first = sessions.getSession();
    const logout = sessions.logout();
    simulator.fail('logout', { slow: 100 });
    const { generation } = await first;
    const second = sessions.getSession();
    await logout;
    expect((await clock.until(second)).generation).toBe(generation + 1);
    expect(await stored()).toBe((await second).token);
    expect(simulator.counts).toMatchObject({ logins: 2, logouts: 1, keepAlives: 0 });
  });

  it('waits for a login in progress even if it was called before it', async () => {
    const { simulator, start, stored } = await createAccount();
    const { sessions } = await start({}, new VirtualClock());
    await sessions.logout();
    // There was nothing to end.
    expect(simulator.requests).toEqual([]);
    simulator.fail('certLogin', { slow: 100 });
    const session = sessions.getSession();
    await sessions.logout();
    expect((await session).generation).toBe(1);
    expect(simulator.liveTokens()).toEqual([]);
    expect(await stored()).toBeUndefined();
  });

  it('keeps calls waiting until the last of several is over, so that none ends their session', async () => {
    const clock = new VirtualClock(200);
    const { simulator, storage, start, stored } = await createAccount();
    const { sessions } = await start({}, clock);
    await sessions.getSession();
    await clock.advance(3_000);
    const first = sessions.logout();
    let goOn: (() => void) | undefined;
    const gate = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    storage.fail('read', () => undefined);
    storage.fail('read', () => gate);
    const second = sessions.logout();
    await first;
    const next = sessions.getSession();
    await clock.settle();
    expect(simulator.counts.loginAttempts).toBe(1);
    goOn?.();
    await second;
    const { token } = await next;
    expect(simulator.liveTokens()).toEqual([token]);
    expect(await stored()).toBe(token);
  });

  it('fails when Betfair gives no clear answer, and ends the stored session when called again', async () => {
    const { simulator, start, stored } = await createAccount();
    const { sessions } = await start();
    const { token } = await sessions.getSession();
    simulator.fail('logout', { status: 502 });
    await expect(sessions.logout()).rejects.toMatchObject({ code: 'BETFAIR_IDENTITY_UNAVAILABLE' });
    expect(await stored()).toBe(token);
    await sessions.logout();
    expect(simulator.liveTokens()).toEqual([]);
    expect(await stored()).toBeUndefined();
  });

  it.each([
    ['required', true],
    ['best-effort', false],
  ] as const)(
    'with persistence %p and a failing delete: throws is %p',
    async (persistence, throws) => {
      const clock = new VirtualClock();
      const { simulator, storage, start } = await createAccount();
      const { sessions } = await start({ persistence }, clock);
      await sessions.getSession();
      const events = typesOf(sessions);
      storage.fail('delete', new SessionStorageError('The store is down.', 'unavailable'));
      const outcome = sessions.logout();
      if (throws) await expect(outcome).rejects.toBeInstanceOf(SessionStorageError);
      else await outcome;
      expect(simulator.counts.logouts).toBe(1);
      expect(events).toEqual(['loggedOut', 'storageDegraded']);
      // The dead text that stayed behind is noticed, not used.
      await clock.until(sessions.getSession());
      expect(simulator.counts.logins).toBe(2);
    },
  );
});
