import { setTimeout as delay } from 'node:timers/promises';
import { SessionStorageError } from 'nestjs-betfair-session';
import { closeAccounts, createAccount } from '../support/account.js';
import { createSessions } from '../support/application.js';
import { VirtualClock } from '../support/virtual.clock.js';

afterEach(closeAccounts);

const DEAD = 'C'.repeat(44);
const HOUR = 3_600_000;
const down = () => new SessionStorageError('The store is down.', 'unavailable');

/** Holds back whoever waits for it. */
function gate() {
  let open: (() => void) | undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open: () => open?.(), opened };
}

/** Random numbers that a seed determines, below `limit`. */
function numbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * limit);
  };
}

describe('a session that was logged out', () => {
  it('is not served although another logout began while a call waited for the first', async () => {
    const clock = new VirtualClock();
    const { simulator, start, stored } = await createAccount();
    const { sessions } = await start({}, clock);
    await sessions.getSession();
    simulator.fail('logout', { status: 502 });
    simulator.fail('logout', { slow: 300 });
    const first = sessions.logout().catch((error: unknown) => error);
    const asked = sessions.getSession();
    const second = sessions.logout();
    expect(await first).toMatchObject({ code: 'BETFAIR_IDENTITY_UNAVAILABLE' });
    await second;
    const { token } = await clock.until(asked);
    expect(simulator.liveTokens()).toEqual([token]);
    expect(await stored()).toBe(token);
    expect(sessions.status.state).toBe('ready');
    expect(simulator.counts.logins).toBe(2);
  });

  it.each([1, 2, 3, 4, 5, 6])(
    'is not served, in whatever order calls come: %p',
    async (seed) => {
      const below = numbers(seed);
      const clock = new VirtualClock();
      const { simulator, start } = await createAccount({ clock });
      const { sessions } = await start({}, clock);
      for (let round = 0; round < 12; round++) {
        const first = await clock.until(sessions.getSession());
        const served: boolean[] = [];
        const work: Promise<unknown>[] = [];
        for (let call = 0; call < 8; call++) {
          const kind = below(4);
          if (below(3) === 0) simulator.fail('logout', { status: 502 });
          if (below(3) === 0) simulator.fail('logout', { slow: below(50) });
          if (below(3) === 0) simulator.fail('keepAlive', { slow: below(50) });
          if (kind === 0) work.push(sessions.logout());
          if (kind === 1) work.push(sessions.keepAlive());
          if (kind >= 2) {
            const asked = kind === 2 ? sessions.getSession() : sessions.refresh(first);
            work.push(
              asked.then(({ token }) => served.push(simulator.liveTokens().includes(token))),
            );
          }
          for (let turns = below(4) * below(10); turns > 0; turns--)
            await new Promise(setImmediate);
        }
        await clock.until(Promise.allSettled(work));
        expect(served).not.toContain(false);
        simulator.clearFaults();
        const { token } = await clock.until(sessions.getSession());
        expect(simulator.liveTokens()).toEqual([token]);
        await clock.advance(HOUR);
      }
    },
    60_000,
  );
});

describe('a logout', () => {
  it('is not followed by the login of a keepAlive that came while it ended the stored session', async () => {
    const { simulator, start } = await createAccount();
    const first = await start();
    await first.sessions.getSession();
    await first.close();
    const { sessions } = await start();
    await Promise.all([sessions.logout(), sessions.keepAlive()]);
    expect(simulator.counts).toMatchObject({ logins: 1, logouts: 1 });
    expect(sessions.current).toBeUndefined();
  });

  it('is not followed by the login of a keepAlive that found the session dead meanwhile', async () => {
    const clock = new VirtualClock();
    const { simulator, start } = await createAccount();
    const { sessions } = await start({ storage: 'mem://' }, clock);
    await sessions.getSession();
    await clock.advance(12 * HOUR);
    simulator.fail('keepAlive', { slow: 100 });
    simulator.fail('keepAlive', { slow: 300 });
    simulator.endSessions();
    const keptAlive = sessions.keepAlive();
    while (simulator.requests.at(-1)?.endpoint !== 'keepAlive') await delay(5);
    const asked = sessions.getSession();
    const logout = sessions.logout();
    await clock.until(Promise.all([keptAlive, asked, logout]));
    expect(simulator.liveTokens()).toEqual([]);
    expect(simulator.counts).toMatchObject({ logins: 2, logouts: 1 });
    expect(sessions.current).toBeUndefined();
  });

  it('waits for a keepAlive that stores its session', async () => {
    const { simulator, storage, start, stored } = await createAccount();
    const { sessions } = await start({ persistence: 'best-effort' });
    storage.fail('write', down());
    await sessions.getSession();
    const { open, opened } = gate();
    storage.fail('write', () => opened);
    const keptAlive = sessions.keepAlive();
    while (storage.counts.write < 2) await delay(5);
    const logout = sessions.logout();
    expect(sessions.current).toBeUndefined();
    await Promise.race([logout, delay(300)]);
    open();
    await Promise.all([logout, keptAlive]);
    expect(await stored()).toBeUndefined();
    expect(simulator.liveTokens()).toEqual([]);
  });

  it('waits for a check that stores its session', async () => {
    const { simulator, storage, start, stored, key } = await createAccount();
    const { sessions } = await start();
    const session = await sessions.getSession();
    await storage.put(key, DEAD);
    const { open, opened } = gate();
    storage.fail('write', () => opened);
    expect(await sessions.refresh(session)).toBe(session);
    const logout = sessions.logout();
    await Promise.race([logout, delay(300)]);
    open();
    await logout;
    expect(await stored()).toBeUndefined();
    expect(simulator.liveTokens()).toEqual([]);
  });
});

describe('a logout that is called again', () => {
  const unclear = { code: 'BETFAIR_IDENTITY_UNAVAILABLE' };

  it('tries the same session until Betfair says that it has ended', async () => {
    const { simulator, storage, start } = await createAccount();
    const { sessions } = await start({ persistence: 'best-effort' });
    storage.fail('write', down());
    const { token } = await sessions.getSession();
    simulator.fail('logout', { status: 502 }, { times: 2 });
    await expect(sessions.logout()).rejects.toMatchObject(unclear);
    await expect(sessions.logout()).rejects.toMatchObject(unclear);
    expect(simulator.liveTokens()).toEqual([token]);
    await sessions.logout();
    expect(simulator.liveTokens()).toEqual([]);
  });

  it('leaves alone what another process stored meanwhile, after an unclear answer', async () => {
    const { simulator, storage, start, stored, key } = await createAccount();
    const { sessions } = await start();
    await sessions.getSession();
    const other = await createSessions({ ...simulator.options(), storage: 'mem://' });
    simulator.fail('logout', { status: 502 });
    await expect(sessions.logout()).rejects.toMatchObject(unclear);
    const { token } = await other.sessions.getSession();
    await storage.put(key, token);
    await sessions.logout();
    expect(simulator.liveTokens()).toEqual([token]);
    expect(await stored()).toBe(token);
  });

  it('leaves alone what another process stored meanwhile, after the store failed', async () => {
    const { simulator, storage, start, stored, key } = await createAccount();
    const { sessions } = await start();
    await sessions.getSession();
    const other = await createSessions({ ...simulator.options(), storage: 'mem://' });
    storage.fail('delete', down());
    await expect(sessions.logout()).rejects.toBeInstanceOf(SessionStorageError);
    const { token } = await other.sessions.getSession();
    await storage.put(key, token);
    await sessions.logout();
    expect(simulator.liveTokens()).toEqual([token]);
    expect(await stored()).toBe(token);
  });

  it('ends the session that the application got since as well', async () => {
    const clock = new VirtualClock();
    const { simulator, storage, start, stored, key } = await createAccount();
    const { sessions } = await start({}, clock);
    await sessions.getSession();
    simulator.fail('logout', { status: 502 });
    await expect(sessions.logout()).rejects.toMatchObject(unclear);
    await storage.put(key, DEAD);
    await clock.until(sessions.getSession());
    expect(simulator.liveTokens()).toHaveLength(2);
    await sessions.logout();
    expect(simulator.liveTokens()).toEqual([]);
    expect(await stored()).toBeUndefined();
  });
});
