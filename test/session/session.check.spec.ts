import { setImmediate } from 'node:timers/promises';
import { type BetfairSessionOptions, SessionStorageError } from 'nestjs-betfair-session';
import { closeAccounts, createAccount, times } from '../support/account.js';
import { typesOf } from '../support/application.js';
import { until } from '../support/betting.js';
import { replaceOnProof } from '../support/proven-refusal.js';
import { VirtualClock } from '../support/virtual.clock.js';

const MINUTE = 60_000;
/** A second check of one session starts 5 s after the first at the earliest. */
const INTERVAL = 5_000;
const READ = 'SportsAPING/v1.0/listEventTypes';

afterEach(closeAccounts);

/** An application with a live session. */
async function setUp(
  overrides: Partial<BetfairSessionOptions> = { storage: 'mem://' },
  clock = new VirtualClock(),
) {
  const account = await createAccount({ clock });
  const application = await account.start(overrides, clock);
  const session = await application.sessions.getSession();
  const warnings = () =>
    application.logger.lines.flatMap(([level, text]) => (level === 'warn' ? [text] : []));
  const isAsked = () => account.simulator.requests.some(({ endpoint }) => endpoint === 'keepAlive');
  return { ...account, ...application, clock, session, warnings, isAsked };
}

describe('a suspicion about a live session', () => {
  it('costs one keepAlive and no login, and one warning in ten minutes', async () => {
    const { clock, session, sessions, simulator, warnings } = await setUp();
    expect(await sessions.refresh(session)).toBe(session);
    expect(simulator.counts).toMatchObject({ keepAlives: 1, logins: 1 });
    for (let minute = 1; minute < 10; minute++) {
      await clock.advance(MINUTE);
      expect(await sessions.refresh(session)).toBe(session);
    }
    const warning = expect.stringMatching(/^refresh\(\) ended with what looks like a refusal/);
    expect(warnings()).toEqual([warning]);
    await clock.advance(MINUTE);
    await sessions.refresh(session);
    expect(warnings()).toEqual([warning, warning]);
    expect(simulator.counts.logins).toBe(1);
  });

  it('is checked by one keepAlive for a thousand at once', async () => {
    const { clock, session, sessions, simulator } = await setUp();
    const found = await Promise.all(times(1_000, () => sessions.refresh(session)));
    expect(new Set(found)).toEqual(new Set([session]));
    await clock.advance(MINUTE);
    expect(simulator.counts).toMatchObject({ keepAlives: 1, logins: 1 });
  });

  it('is checked twelve times at most in a minute in which one comes every 10 ms', async () => {
    const { clock, session, sessions, simulator } = await setUp();
    const suspicions: Promise<unknown>[] = [];
    while (clock.monotonic() < MINUTE - 10) {
      suspicions.push(sessions.refresh(session));
      await clock.advance(10);
    }
    expect(new Set(await Promise.all(suspicions))).toEqual(new Set([session]));
    expect(simulator.counts.keepAlives).toBe(12);
    expect(simulator.counts.logins).toBe(1);
  }, 60_000);

  it('is no obstacle to its keep-alive, and a keepAlive sent before it does not clear it', async () => {
    const { isAsked, session, sessions, simulator } = await setUp();
    simulator.fail('keepAlive', { slow: 200 });
    const before = sessions.keepAlive();
    await until(isAsked);
    expect(await sessions.refresh(session)).toBe(session);
    await before;
    expect(simulator.counts).toMatchObject({ keepAlives: 2, logins: 1 });
  });

  it('that comes while an answer is awaited is checked again 5 s later', async () => {
    const { clock, isAsked, session, sessions, simulator } = await setUp();
    simulator.fail('keepAlive', { slow: 200 });
    const first = sessions.refresh(session);
    await until(isAsked);
    const second = sessions.refresh(session);
    expect(await Promise.all([first, second])).toEqual([session, session]);
    simulator.endSessions();
    await clock.advance(INTERVAL);
    expect(simulator.counts).toMatchObject({ keepAlives: 2, logins: 2 });
    expect(sessions.current?.generation).toBe(2);
  });

  it.each(['hung', { status: 503 }, 'html'] as const)(
    'is passed on if Betfair gives no clear answer, and the session is still served: %j',
    async (fault) => {
      const { clock, session, sessions, simulator, warnings } = await setUp(
        { storage: 'mem://' },
        new VirtualClock(500),
      );
      simulator.fail('keepAlive', fault);
      const { status } = sessions;
      const events = typesOf(sessions);
      expect(await clock.until(sessions.refresh(session))).toBe(session);
      expect(sessions.status).toEqual(status);
      expect(await sessions.getSession()).toBe(session);
      expect([...events, ...warnings()]).toEqual([]);
      expect(simulator.counts).toMatchObject({ loginAttempts: 1, keepAlives: 1 });
    },
  );

  it('is checked also while the store cannot be reached', async () => {
    const { session, sessions, simulator, storage } = await setUp({});
    const down = new SessionStorageError('The store is down.', 'unavailable');
    storage.fail('read', down, { times: Infinity });
    expect(await sessions.refresh(session)).toBe(session);
    expect(simulator.counts).toMatchObject({ keepAlives: 1, logins: 1 });
  });

  it('does not end it while logins are blocked', async () => {
    const { clock, session, simulator, start } = await setUp({});
    const blocked = await start({ password: 'wrong' }, clock);
    simulator.endSessions();
    await expect(clock.until(blocked.sessions.getSession())).rejects.toMatchObject({
      code: 'BETFAIR_LOGIN_REJECTED',
    });
    const other = await start({}, clock);
    const { token } = await clock.until(other.sessions.getSession());
    expect(token).not.toBe(session.token);
    await clock.advance(7_000);
    const resumed = await blocked.sessions.getSession();
    expect(resumed.token).toBe(token);
    const { loginAttempts } = simulator.counts;
    expect(await blocked.sessions.refresh(resumed)).toBe(resumed);
    expect(await blocked.sessions.getSession()).toBe(resumed);
    expect(simulator.counts.loginAttempts).toBe(loginAttempts);
  });
});

describe('a suspicion about a session that died', () => {
  it('within 5 s after a check found it alive replaces it when these are over, without another caller', async () => {
    const { clock, session, sessions, simulator } = await setUp();
    await sessions.refresh(session);
    await clock.advance(1_000);
    simulator.endSessions();
    expect(await sessions.refresh(session)).toBe(session);
    await clock.advance(INTERVAL - 1_001);
    expect(simulator.counts).toMatchObject({ keepAlives: 1, logins: 1 });
    await clock.advance(1);
    expect(simulator.counts).toMatchObject({ keepAlives: 2, logins: 2 });
    expect(sessions.current?.generation).toBe(2);
  });

  it('costs nothing once it is replaced', async () => {
    const { session, sessions, simulator } = await setUp();
    simulator.endSessions();
    const renewed = await sessions.refresh(session);
    expect(await sessions.refresh(session)).toBe(renewed);
    expect(simulator.counts).toMatchObject({ keepAlives: 1, logins: 2 });
  });

  it('does not delay the check of the next session', async () => {
    const { session, sessions, simulator } = await setUp();
    simulator.endSessions();
    const second = await sessions.refresh(session);
    simulator.endSessions();
    expect((await sessions.refresh(second)).generation).toBe(3);
    expect(simulator.counts).toMatchObject({ keepAlives: 2, logins: 3 });
  });

  it('costs no keepAlive more while a renewal asks anyway', async () => {
    const { clock, session, sessions, simulator } = await setUp();
    await clock.advance(12 * 60 * MINUTE);
    simulator.endSessions();
    const renewing = sessions.getSession();
    expect(await sessions.refresh(session)).toBe(await renewing);
    expect(sessions.current?.generation).toBe(2);
    expect(simulator.counts).toMatchObject({ keepAlives: 1, logins: 2 });
  });
});

describe('a suspicion that arises while a renewal asks Betfair', () => {
  it('is checked 5 s later if the renewal was sent before it and finds the session alive', async () => {
    const lifetime = 10 * MINUTE;
    const { clock, isAsked, session, sessions, simulator } = await setUp({
      storage: 'mem://',
      sessionLifetime: lifetime,
    });
    await clock.advance(lifetime);
    simulator.fail('keepAlive', { slow: 200 });
    const renewing = sessions.getSession();
    await until(isAsked);
    const suspected = sessions.refresh(session);
    expect(await renewing).toBe(await suspected);
    const { logins } = simulator.counts;
    simulator.endSessions();
    await clock.advance(INTERVAL);
    await until(() => simulator.counts.logins === logins + 1);
    expect(await sessions.getSession()).not.toBe(session);
  });
});

describe('a suspicion where the store holds another text', () => {
  it('makes the application adopt it, without a login', async () => {
    const { clock, key, session, sessions, simulator, start, storage } = await setUp({});
    const other = await (await start({ storage: 'mem://' }, clock)).sessions.getSession();
    await storage.put(key, other.token);
    const adopted = await sessions.refresh(session);
    expect(adopted).toMatchObject({ token: other.token, generation: 2 });
    // The second login is that of the other application.
    expect(simulator.counts).toMatchObject({ keepAlives: 1, logins: 2 });
  });

  it('replaces a dead one by the session that lives, so that the next check costs one keepAlive', async () => {
    const { clock, key, session, sessions, simulator, storage, stored } = await setUp({});
    await storage.put(key, 'a-token-that-nobody-has');
    expect(await sessions.refresh(session)).toBe(session);
    while ((await stored()) !== session.token) await setImmediate();
    expect(simulator.counts.keepAlives).toBe(2);
    // It took two of the twelve keepAlives of a minute.
    await clock.advance(INTERVAL);
    await sessions.refresh(session);
    expect(simulator.counts.keepAlives).toBe(2);
    await clock.advance(INTERVAL);
    await sessions.refresh(session);
    expect(simulator.counts).toMatchObject({ keepAlives: 3, logins: 1 });
  });
});

describe('the refusal of a call', () => {
  it('replaces a session with which another call succeeded, without a keepAlive', async () => {
    const { sessions, simulator } = await setUp();
    expect((await replaceOnProof(simulator, sessions)).generation).toBe(2);
    expect(simulator.counts).toMatchObject({ keepAlives: 0, logins: 2 });
  });

  it('is passed on if no call succeeded and Betfair accepts the session, with one warning', async () => {
    const { clock, session, sessions, simulator, warnings } = await setUp();
    simulator.rejectCalls(() => true);
    for (let round = 0; round < 5; round++) {
      await expect(sessions.call(READ)).rejects.toMatchObject({ code: 'BETFAIR_API_ERROR' });
      await clock.advance(MINUTE);
    }
    expect(sessions.current).toBe(session);
    expect(warnings()).toEqual([expect.stringContaining('"endpoints.api"')]);
    expect(simulator.counts).toMatchObject({ calls: 5, keepAlives: 5, logins: 1 });
  });

  it('also replaces a session with which no call succeeded, once Betfair says that it is dead', async () => {
    const { sessions, simulator } = await setUp();
    simulator.endSessions();
    expect(await sessions.call(READ)).toEqual(expect.any(Array));
    expect(simulator.counts).toMatchObject({ calls: 2, keepAlives: 1, logins: 2 });
  });
});

describe('closing the application', () => {
  it('ends a check in progress', async () => {
    const { clock, close, isAsked, session, sessions, simulator } = await setUp(
      { storage: 'mem://' },
      new VirtualClock(100),
    );
    simulator.fail('keepAlive', 'hung');
    const suspected = sessions.refresh(session).catch((error: unknown) => error);
    await until(isAsked);
    await close();
    expect(await suspected).toMatchObject({ code: 'BETFAIR_CLOSED' });
    expect(clock.timers).toBe(0);
  });

  it('calls off a check that was to follow', async () => {
    const { clock, close, session, sessions, simulator } = await setUp();
    await sessions.refresh(session);
    await sessions.refresh(session);
    await close();
    expect(clock.timers).toBe(0);
    await clock.advance(MINUTE);
    expect(simulator.counts.keepAlives).toBe(1);
  });
});
