import { Controller, Get } from '@nestjs/common';
import {
  MemoryStorage,
  SESSION_STORAGE,
  SessionService,
  type SessionStorage,
  UseBetfairSession,
} from 'nestjs-betfair-session';
import { closeAccounts, createAccount } from '../support/account.js';
import { typesOf } from '../support/application.js';
import { VirtualClock } from '../support/virtual.clock.js';

afterEach(closeAccounts);

/** What keeps the process alive: sockets and timers. */
const alive = () =>
  process.getActiveResourcesInfo().filter((resource) => /TLS|TCPSocketWrap|Timeout/.test(resource));

describe('closing the application', () => {
  it('leaves the shared session alive, so that the next start resumes it', async () => {
    const { simulator, start, stored } = await createAccount();
    const { sessions, close } = await start({ keepAlive: true });
    const { token } = await sessions.getSession();
    await close();
    expect(simulator.liveTokens()).toEqual([token]);
    expect(await stored()).toBe(token);
    expect(simulator.counts.logouts).toBe(0);
  });

  it('leaves no timer and no socket of ours', async () => {
    const clock = new VirtualClock();
    const { simulator, start } = await createAccount();
    const before = alive();
    const { sessions, close } = await start({ keepAlive: true }, clock);
    const answer = await sessions.fetch('/exchange/betting/rest/v1.0/listEventTypes/', {
      method: 'POST',
      body: '{"filter":{}}',
    });
    expect(answer.status).toBe(200);
    await sessions.keepAlive();
    await close();
    expect(clock.timers).toBe(0);
    // The simulator's ends of the connections close with ours.
    const deadline = Date.now() + 3_000;
    while (alive().length > before.length && Date.now() < deadline) {
      await new Promise(setImmediate);
    }
    expect(alive().length).toBeLessThanOrEqual(before.length);
    expect(simulator.counts.logouts).toBe(0);
  });

  it('lets a call end that waits for a login, and begins when that has ended', async () => {
    const { simulator, start } = await createAccount();
    const { sessions, close } = await start({ storage: 'mem://' });
    simulator.fail('certLogin', { slow: 300 });
    simulator.fail('api', { slow: 300 });
    const call = sessions.call('SportsAPING/v1.0/listEventTypes');
    await close();
    expect(await call).toEqual(expect.any(Array));
  });

  it.each(['with a session', 'without one', 'after a logout'])(
    'fails whatever is asked for afterwards, and leaves no timer, %s',
    async (state) => {
      const clock = new VirtualClock();
      const { simulator, start } = await createAccount();
      const { sessions, close } = await start({ persistence: 'best-effort' }, clock);
      const session = state === 'without one' ? undefined : await sessions.getSession();
      if (state === 'after a logout') await sessions.logout();
      await close();
      const before = simulator.requests.length;
      const asked = [
        sessions.getSession(),
        sessions.fetch('/exchange/betting/rest/v1.0/listEventTypes/'),
        sessions.call('SportsAPING/v1.0/listEventTypes'),
        sessions.callAll([{ operation: 'SportsAPING/v1.0/listEventTypes' }]),
        sessions.run(async () => 'called'),
        sessions.keepAlive(),
        sessions.logout(),
        sessions.unblockLogin(),
        ...(session ? [sessions.refresh(session)] : []),
      ];
      const failed = { status: 'rejected', reason: { code: 'BETFAIR_CLOSED' } };
      expect(await Promise.allSettled(asked)).toMatchObject(asked.map(() => failed));
      expect(sessions.current).toBeUndefined();
      expect(clock.timers).toBe(0);
      expect(simulator.requests).toHaveLength(before);
    },
  );

  it('fails whatever waits when its time is over', async () => {
    const clock = new VirtualClock(100);
    const { key, simulator, start } = await createAccount();
    let hangs = false;
    class HangingStorage extends MemoryStorage {
      override async read(...args: Parameters<MemoryStorage['read']>) {
        return hangs && args[0] === key
          ? new Promise<undefined>(() => undefined)
          : super.read(...args);
      }
    }
    const { sessions, close } = await start(
      { storage: new HangingStorage(), requestTimeout: 30_000 },
      clock,
    );
    const session = await sessions.getSession();
    hangs = true;
    simulator.fail('keepAlive', 'hung');
    const asked = [
      sessions.refresh(session),
      sessions.logout(),
      sessions.getSession(),
      sessions.keepAlive(),
      sessions.run(async () => 'called'),
    ];
    const outcomes = Promise.allSettled(asked);
    await clock.settle();
    await clock.until(close());
    hangs = false;
    const failed = { status: 'rejected', reason: { code: 'BETFAIR_CLOSED' } };
    expect(await outcomes).toMatchObject(asked.map(() => failed));
    expect(clock.monotonic()).toBe(5_000);
    expect(clock.timers).toBe(0);
  });

  it('leaves no timer although the store hangs as it is closed', async () => {
    const clock = new VirtualClock(100);
    const { start } = await createAccount();
    const { module, sessions, close } = await start({ storage: 'mem://' }, clock);
    await sessions.getSession();
    Object.assign(module.get<SessionStorage>(SESSION_STORAGE), {
      close: () => new Promise<void>(() => undefined),
    });
    await clock.until(close());
    expect(clock.timers).toBe(0);
  });

  it('leaves no timer either where a session is asked for in the course of it', async () => {
    const clock = new VirtualClock();
    const { start } = await createAccount();
    const timers: number[] = [];
    @Controller()
    class ClosingController {
      constructor(private readonly sessions: SessionService) {}
      async beforeApplicationShutdown() {
        timers.push(clock.timers);
        await this.sessions.keepAlive();
        await this.sessions.getSession();
        timers.push(clock.timers);
      }
    }
    const { module, sessions } = await start({ storage: 'mem://' }, clock, [ClosingController]);
    const app = module.createNestApplication();
    await app.init();
    await sessions.getSession();
    await sessions.getSession();
    await app.close();
    // What works by itself had stopped first, but for the connection that was opened ahead and the end of the shutdown.
    expect(timers[0]).toBeLessThanOrEqual(2);
    expect(clock.timers).toBe(0);
  });

  it('closes the store that it opened, and not one that was handed in', async () => {
    const { start } = await createAccount();
    const closed: string[] = [];
    const handedIn = Object.assign(new MemoryStorage(), {
      close: async () => void closed.push('handed in'),
    });
    const first = await start({ storage: handedIn });
    await first.close();
    expect(closed).toEqual([]);
    const { module, close } = await start({ storage: 'mem://' });
    Object.assign(module.get<SessionStorage>(SESSION_STORAGE), {
      close: async () => {
        closed.push('opened');
        throw new Error('It is stuck.');
      },
    });
    // It is told, and what it answers changes nothing any more.
    await close();
    expect(closed).toEqual(['opened']);
  });

  it('waits for a login in progress and stores its token', async () => {
    const { simulator, start, stored } = await createAccount();
    simulator.fail('certLogin', { slow: 300 });
    const { sessions, close } = await start();
    const waiting = sessions.getSession();
    await close();
    expect(await stored()).toBe((await waiting).token);
  });

  it('ends a login that hangs after five seconds, with a typed error for callers that wait', async () => {
    const clock = new VirtualClock(100);
    const { simulator, start } = await createAccount();
    simulator.fail('certLogin', 'hung');
    const { sessions, close } = await start({ requestTimeout: 10_000 }, clock);
    const events = typesOf(sessions);
    const outcome = sessions.getSession().catch((error: unknown) => error);
    await clock.settle();
    await clock.until(close());
    expect(clock.monotonic()).toBe(5_000);
    // Nothing failed: it was ended.
    expect(events).toEqual([]);
    expect(await outcome).toMatchObject({ code: 'BETFAIR_CLOSED' });
    await expect(sessions.getSession()).rejects.toMatchObject({
      code: 'BETFAIR_CLOSED',
      message: expect.stringContaining('because the application is shutting down'),
      retryable: false,
    });
  });

  it('is the error of later calls, not the failure for which logins wait', async () => {
    const { simulator, start } = await createAccount();
    simulator.fail('certLogin', { status: 503 });
    const { sessions, close } = await start();
    await expect(sessions.getSession()).rejects.toMatchObject({
      code: 'BETFAIR_IDENTITY_UNAVAILABLE',
    });
    await close();
    await expect(sessions.getSession()).rejects.toMatchObject({ code: 'BETFAIR_CLOSED' });
    expect(simulator.counts.loginAttempts).toBe(1);
  });

  it('waits for a keepAlive in progress', async () => {
    const { simulator, start, stored } = await createAccount();
    const { sessions, close } = await start();
    const { token } = await sessions.getSession();
    simulator.fail('keepAlive', { slow: 300 });
    const keptAlive = sessions.keepAlive();
    await close();
    await keptAlive;
    expect(simulator.liveTokens()).toEqual([await stored()]);
    expect(await stored()).toBe(token);
  });

  it('waits for a write in progress, so that no login is lost', async () => {
    const { simulator, storage, start, stored } = await createAccount();
    let closing: Promise<void> | undefined;
    storage.fail('write', () => {
      closing = close();
    });
    const { sessions, close } = await start();
    const { token } = await sessions.getSession();
    await closing;
    expect(await stored()).toBe(token);
    expect(simulator.counts).toMatchObject({ logins: 1, logouts: 0 });
  });

  it('ends in order although hooks of the application throw, and leaves the session to others', async () => {
    const { simulator, start, stored } = await createAccount();
    @Controller()
    class FailingController {
      onModuleDestroy() {
        throw new Error('Its queue is gone.');
      }
      onApplicationShutdown() {
        throw new Error('Its database is gone.');
      }
    }
    const other = await start();
    const { module, sessions, logger } = await start({}, undefined, [FailingController]);
    const app = module.createNestApplication();
    await app.init();
    const session = await sessions.getSession();
    await app.close();
    expect(JSON.stringify(logger.lines)).toContain('Its database is gone.');
    expect(simulator.counts.keepAlives).toBe(0);
    expect((await other.sessions.getSession()).token).toBe(session.token);
    expect(await stored()).toBe(session.token);
    expect(simulator.counts).toMatchObject({ logins: 1, logouts: 0 });
  });

  it('still answers a request that is being served', async () => {
    const { simulator, start } = await createAccount();
    @Controller()
    class SlowController {
      constructor(private readonly sessions: SessionService) {}
      @Get()
      @UseBetfairSession()
      async list() {
        // Betfair ends the session while the application shuts down: even a renewal must still be possible.
        simulator.endSessions();
        simulator.fail('certLogin', { slow: 200 });
        const response = await this.sessions.fetch('/exchange/betting/rest/v1.0/listEventTypes/', {
          method: 'POST',
          body: '{"filter":{}}',
        });
        return response.json();
      }
    }
    const { module, close } = await start({}, undefined, [SlowController]);
    const app = module.createNestApplication();
    await app.listen(0);
    const request = fetch(await app.getUrl(), { headers: { connection: 'close' } });
    while (simulator.counts.calls === 0) await new Promise(setImmediate);
    const closing = app.close();
    const response = await request;
    expect(response.status).toBe(200);
    expect(await response.json()).toHaveLength(2);
    await closing;
    await close();
  });
});
