import { jest } from '@jest/globals';
import { MemoryStorage, SessionStorageError } from 'nestjs-betfair-session';
import { typesOf } from '../support/application.js';
import { closeAccounts, createAccount, times } from '../support/account.js';
import { FaultyStorage } from '../support/faulty.storage.js';
import { PartlyDownStorage } from '../support/partly-down.storage.js';
import { replaceOnProof } from '../support/proven-refusal.js';
import { VirtualClock } from '../support/virtual.clock.js';

afterEach(closeAccounts);
afterEach(() => {
  jest.restoreAllMocks();
});

const down = () => new SessionStorageError('The store is down.', 'unavailable');
const denied = () => new SessionStorageError('The store refuses writes.', 'denied');

/** A session whose first write failed, when its next write is due. */
async function withUnstored() {
  const clock = new VirtualClock();
  const account = await createAccount();
  const { sessions } = await account.start({ persistence: 'best-effort' }, clock);
  account.storage.fail('write', down());
  const first = await sessions.getSession();
  await clock.advance(3_000);
  return { ...account, sessions, first };
}

/** A store of which one operation never ends, for the token and for the record. */
class HangingStorage extends MemoryStorage {
  constructor(operation: 'read' | 'write') {
    super();
    Object.assign(this, { [operation]: () => new Promise(() => undefined) });
  }
}

/** The shortest renewal that is allowed, beside a store of which some operations never end. */
const SHORT_RENEWAL = { requestTimeout: 1_000, renewalTimeout: 6_000 };

describe("persistence 'required'", () => {
  it('logs a session out that cannot be stored, within the shortest renewalTimeout', async () => {
    const { simulator, storage, start } = await createAccount();
    storage.fail('write', 'hang', { times: Infinity });
    const clock = new VirtualClock(200);
    const { sessions } = await start(SHORT_RENEWAL, clock);
    await expect(clock.until(sessions.getSession())).rejects.toMatchObject({
      code: 'BETFAIR_STORAGE_UNAVAILABLE',
    });
    expect(clock.monotonic()).toBeLessThanOrEqual(SHORT_RENEWAL.renewalTimeout);
    expect(simulator.counts).toMatchObject({ logins: 1, logouts: 1 });
  });

  it('makes no login while the store cannot be read', async () => {
    const { simulator, storage, start } = await createAccount();
    storage.fail('read', down(), { times: Infinity });
    const { sessions } = await start();
    const outcomes = await Promise.allSettled(times(100, () => sessions.getSession()));
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ reason: { code: 'BETFAIR_STORAGE_UNAVAILABLE' } });
    }
    expect(simulator.counts.loginAttempts).toBe(0);
  });

  it('ends the wait for a store that hangs', async () => {
    const { simulator, storage, start } = await createAccount();
    storage.fail('read', 'hang');
    const { sessions } = await start({ requestTimeout: 100 });
    await expect(sessions.getSession()).rejects.toMatchObject({
      code: 'BETFAIR_STORAGE_UNAVAILABLE',
      message: expect.stringContaining('within 100 ms'),
    });
    expect(simulator.counts.loginAttempts).toBe(0);
  });

  it('logs out and fails when the write is refused, without a storm of logins', async () => {
    const { simulator, storage, start } = await createAccount();
    storage.fail('write', denied(), { times: Infinity });
    const { sessions } = await start({}, new VirtualClock());
    for (let round = 0; round < 10; round++) {
      const outcomes = await Promise.allSettled(times(100, () => sessions.getSession()));
      for (const outcome of outcomes) {
        expect(outcome).toMatchObject({ reason: { code: 'BETFAIR_STORAGE_DENIED' } });
      }
    }
    expect(simulator.counts).toMatchObject({ logins: 1, logouts: 1 });
    expect(simulator.liveTokens()).toEqual([]);
    expect(storage.counts.write).toBe(1);
  });

  it('tries a failing write three times, and logs out only then', async () => {
    const clock = new VirtualClock();
    clock.random = () => 0.5;
    const { simulator, storage, start, stored, key } = await createAccount();
    await storage.put(key, 'A'.repeat(44));
    const tries: number[] = [];
    const failing = () => {
      tries.push(clock.monotonic());
      throw down();
    };
    storage.fail('write', failing, { times: 2 });
    const { sessions } = await start({}, clock);
    const { token } = await clock.until(sessions.getSession());
    expect(await stored()).toBe(token);
    expect([...tries, clock.monotonic()]).toEqual([0, 200, 600]);
    // Nobody changed what was stored, so Betfair is not asked about it again.
    expect(simulator.counts).toMatchObject({ logins: 1, logouts: 0, keepAlives: 1 });

    const other = await createAccount();
    other.storage.fail('write', down(), { times: 3 });
    const late = await other.start();
    await expect(late.sessions.getSession()).rejects.toBeInstanceOf(SessionStorageError);
    expect(other.storage.counts.write).toBe(3);
    expect(other.simulator.counts).toMatchObject({ logins: 1, logouts: 1 });
  });

  it('keeps a session whose write took effect although the answer was lost', async () => {
    const { simulator, storage, start, stored } = await createAccount();
    storage.fail('write', 'lost');
    const { sessions } = await start({ requestTimeout: 1_000 });
    const { token } = await sessions.getSession();
    expect(await stored()).toBe(token);
    expect(sessions.status).toMatchObject({ persisted: true });
    expect(simulator.counts).toMatchObject({ logins: 1, logouts: 0, keepAlives: 0 });
  });

  it('fails without a logout if it is unknown whether the write took effect', async () => {
    const { simulator, storage, start, stored } = await createAccount();
    storage.fail('write', 'lost');
    // The first look, and the one under the lease.
    storage.fail('read', () => undefined, { times: 2 });
    storage.fail('read', down());
    const { sessions } = await start({ requestTimeout: 1_000 });
    await expect(sessions.getSession()).rejects.toBeInstanceOf(SessionStorageError);
    expect(simulator.counts).toMatchObject({ logins: 1, logouts: 0 });
    // The next start resumes what was stored after all.
    const next = await start();
    expect((await next.sessions.getSession()).token).toBe(await stored());
    expect(simulator.counts.logins).toBe(1);
  });
});

describe("persistence 'best-effort'", () => {
  it.each(['read', 'write'] as const)(
    'has time to log in, once, within the shortest renewalTimeout although each %s hangs',
    async (operation) => {
      const { simulator, start } = await createAccount();
      const storage = new HangingStorage(operation);
      const options = { storage, persistence: 'best-effort' as const, ...SHORT_RENEWAL };
      const { sessions } = await start(options);
      const session = await sessions.getSession();
      expect(await sessions.getSession()).toBe(session);
      expect(simulator.counts).toMatchObject({ loginAttempts: 1, logins: 1, logouts: 0 });
    },
    15_000,
  );

  it('serves a session that cannot be stored, does not log it out, and stores it at the next keepAlive', async () => {
    const { simulator, storage, start, stored } = await createAccount();
    storage.fail('write', down(), { times: 2 });
    const { sessions } = await start({ persistence: 'best-effort' });
    const events = typesOf(sessions);
    const session = await sessions.getSession();
    expect(events).toEqual(['storageDegraded', 'loggedIn']);
    expect(sessions.status).toMatchObject({ state: 'degraded', persisted: false });
    await sessions.keepAlive();
    expect(await stored()).toBeUndefined();
    await sessions.keepAlive();
    expect(await stored()).toBe(session.token);
    expect(sessions.status).toMatchObject({ state: 'ready', persisted: true });
    expect(sessions.current).toBe(session);
    expect(simulator.counts).toMatchObject({ logins: 1, logouts: 0 });
  });

  it('logs in while the store cannot be read, after a random wait of up to one lease', async () => {
    const { simulator, storage, start, stored } = await createAccount();
    // Also when it is read once more after the wait.
    storage.fail('read', down(), { times: 2 });
    const clock = new VirtualClock();
    const { sessions, logger } = await start({ persistence: 'best-effort' }, clock);
    const events = typesOf(sessions);
    jest.spyOn(Math, 'random').mockReturnValue(0.5);
    const waiting = sessions.getSession();
    // Where a request takes at most 2 s, a lease lasts for 7 s.
    await clock.advance(3_499);
    expect(simulator.counts.loginAttempts).toBe(0);
    await clock.advance(1);
    const { token } = await waiting;
    expect(simulator.counts).toMatchObject({ logins: 1 });
    expect(events).toEqual(['storageDegraded', 'loggedIn']);
    // Nothing is known of what is stored, so it is neither blamed nor replaced.
    expect(JSON.stringify(logger.lines)).not.toContain('holds no session token');
    expect(storage.counts.write).toBe(0);
    expect(await stored()).toBeUndefined();
    await sessions.keepAlive();
    expect(await stored()).toBe(token);
  });

  it('waits once, also if the token can be read after that and the record cannot', async () => {
    const { simulator, start } = await createAccount();
    const storage = new FaultyStorage(new PartlyDownStorage((key) => key.endsWith('.lease')));
    storage.fail('read', down());
    const clock = new VirtualClock();
    // A name that tells whose token it is: the record is not asked for that.
    const ownKey = { sessionKey: undefined };
    const { sessions } = await start({ ...ownKey, storage, persistence: 'best-effort' }, clock);
    jest.spyOn(Math, 'random').mockReturnValue(0.5);
    await clock.until(sessions.getSession());
    // Half of the 7 s that a lease lasts for.
    expect(clock.monotonic()).toBe(3_500);
    expect(storage.counts.read).toBeGreaterThan(1);
    expect(simulator.counts).toMatchObject({ logins: 1, logouts: 0 });
  });

  it('adopts the session that the fleet stored meanwhile, and leaves its own alone: callers have it', async () => {
    const clock = new VirtualClock();
    const { simulator, storage, start, stored } = await createAccount();
    storage.fail('write', down(), { times: 1 });
    const lonely = await start({ persistence: 'best-effort' }, clock);
    const own = await lonely.sessions.getSession();
    const { token } = await clock.until((await start({}, clock)).sessions.getSession());
    const events = typesOf(lonely.sessions);
    await lonely.sessions.keepAlive();
    expect(events).toEqual(['keptAlive', 'resumed']);
    expect(lonely.sessions.current?.token).toBe(token);
    expect(await stored()).toBe(token);
    expect(simulator.liveTokens()).toEqual(expect.arrayContaining([own.token, token]));
    expect(simulator.counts).toMatchObject({ logins: 2, logouts: 0 });
  });

  it('does not take a session for stored because a late write of the one before it was', async () => {
    const { simulator, storage, stored, sessions, first } = await withUnstored();
    storage.fail('write', async () => {
      storage.fail('write', down());
      await replaceOnProof(simulator, sessions);
    });
    await sessions.keepAlive();
    expect(await stored()).toBe(first.token);
    expect(sessions.status).toMatchObject({ state: 'degraded', persisted: false });
    await sessions.keepAlive();
    expect(await stored()).toBe(sessions.current?.token);
    expect(sessions.status).toMatchObject({ state: 'ready', persisted: true });
    expect(simulator.counts).toMatchObject({ logins: 2, logouts: 0 });
  });

  it('takes over no session that is in memory already, when a late write meets it in the store', async () => {
    const { simulator, storage, stored, sessions } = await withUnstored();
    storage.fail('write', async () => {
      await replaceOnProof(simulator, sessions);
    });
    const events = typesOf(sessions);
    await sessions.keepAlive();
    expect(sessions.current).toMatchObject({ generation: 2, token: await stored() });
    expect(events).toEqual(['keptAlive', 'rejected', 'loggedIn']);
    expect(simulator.counts).toMatchObject({ logins: 2, logouts: 0 });
  });

  it('says when the store fails and when it works again', async () => {
    const { storage, start } = await createAccount();
    const { sessions } = await start({ persistence: 'best-effort' });
    const events = typesOf(sessions);
    storage.fail('write', down(), { times: 2 });
    await sessions.getSession();
    await sessions.keepAlive();
    await sessions.keepAlive();
    expect(events.filter((type) => type.startsWith('storage'))).toEqual([
      'storageDegraded',
      'storageRecovered',
    ]);
  });
});

describe('a write that meets another writer', () => {
  it('adopts the stored session if it lives, and logs out its own, which no caller has', async () => {
    const { simulator, storage, start, stored, key } = await createAccount();
    // A Go service, say: it knows nothing of our lease.
    const foreign = await start({ storage: 'mem://' });
    storage.fail('write', async () => {
      await storage.put(key, (await foreign.sessions.getSession()).token);
    });
    const { sessions } = await start();
    const events = typesOf(sessions);
    const { token } = await sessions.getSession();
    expect(token).toBe(foreign.sessions.current?.token);
    expect(events).toEqual(['resumed']);
    expect(await stored()).toBe(token);
    expect(simulator.liveTokens()).toEqual([token]);
    expect(simulator.counts).toMatchObject({ logins: 2, logouts: 1, keepAlives: 1 });
  });

  it.each([
    ['is dead', 'A'.repeat(44)],
    ['is malformed', 'not a token\n\n'],
  ])('replaces what is stored if it %s', async (_, text) => {
    const { simulator, storage, start, stored, key } = await createAccount();
    storage.fail('write', () => storage.put(key, text));
    const { sessions } = await start();
    const { token } = await sessions.getSession();
    expect(await stored()).toBe(token);
    expect(simulator.counts).toMatchObject({ logins: 1, logouts: 0 });
  });

  it('keeps its own session, unstored, if it cannot tell whether the stored one lives', async () => {
    const { simulator, storage, start, stored, key } = await createAccount();
    const other = 'B'.repeat(44);
    storage.fail('write', () => storage.put(key, other));
    simulator.fail('keepAlive', { status: 503 });
    const { sessions } = await start();
    const session = await sessions.getSession();
    expect(await stored()).toBe(other);
    expect(sessions.status).toMatchObject({ state: 'degraded', persisted: false });
    expect(simulator.liveTokens()).toEqual([session.token]);
    // Callers have it by now, so it is not logged out whatever becomes of the next try.
    storage.fail('write', denied());
    await sessions.keepAlive().catch(() => undefined);
    expect(simulator.counts.logouts).toBe(0);
    expect(sessions.current).toBe(session);
    await sessions.keepAlive();
    expect(await stored()).toBe(session.token);
    expect(sessions.current).toBe(session);
  });

  it('writes again when the stored one was deleted meanwhile', async () => {
    const { simulator, storage, start, stored, key } = await createAccount();
    await storage.put(key, 'garbage garbage');
    storage.fail('write', async () => {
      const { version } = (await storage.inner.read(key)) ?? { version: '' };
      await storage.inner.delete(key, { ifVersion: version });
    });
    const { sessions } = await start();
    const { token } = await sessions.getSession();
    expect(await stored()).toBe(token);
    expect(simulator.counts).toMatchObject({ logins: 1, logouts: 0 });
  });

  it.each(['required', 'best-effort'] as const)(
    "ends after three tries where others change what is stored all the time, persistence '%s'",
    async (persistence) => {
      const clock = new VirtualClock();
      const { simulator, storage, start, key } = await createAccount();
      let writes = 0;
      const change = () => storage.put(key, `${++writes}`.repeat(44));
      storage.fail('write', change, { times: 3 });
      const { sessions } = await start({ persistence }, clock);
      const outcome = await clock.until(Promise.allSettled([sessions.getSession()]));
      if (persistence === 'required') {
        const message = expect.stringContaining(
          `"${key}": others changed it at each of 3 attempts`,
        );
        const reason = { code: 'BETFAIR_STORAGE_UNAVAILABLE', message };
        expect(outcome).toMatchObject([{ reason }]);
      } else {
        expect(outcome).toMatchObject([{ status: 'fulfilled' }]);
        expect(sessions.status).toMatchObject({ state: 'degraded', persisted: false });
      }
      const logouts = persistence === 'required' ? 1 : 0;
      expect(simulator.counts).toMatchObject({ logins: 1, logouts, keepAlives: 3 });
      // There is nothing to wait for.
      expect([writes, clock.monotonic()]).toEqual([3, 0]);
    },
  );
});
