import { ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import { BetfairSessionModule, SessionService } from 'nestjs-betfair-session';
import { BetfairSimulator, SESSION_CLOCK } from 'nestjs-betfair-session/testing';
import { type Clock, systemClock } from '../../lib/common/clock.js';
import { RecordingLogger, typesOf } from '../support/application.js';
import { closeAccounts, createAccount, times } from '../support/account.js';
import { replaceOnProof } from '../support/proven-refusal.js';
import { VirtualClock } from '../support/virtual.clock.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

afterEach(closeAccounts);

describe('keepAlive()', () => {
  it('extends the session by its whole lifetime, once however many ask at a time', async () => {
    const clock = new VirtualClock();
    const { simulator, storage, start } = await createAccount();
    const { sessions } = await start({}, clock);
    await sessions.getSession();
    await clock.advance(HOUR);
    await Promise.all(times(100, () => sessions.keepAlive()));
    expect(simulator.counts.keepAlives).toBe(1);
    expect(sessions.status.expiresAt).toEqual(new Date(clock.wall() + 12 * HOUR));
    // It is stored already.
    expect(storage.counts.write).toBe(1);
  });

  it('asks nothing more while a renewal finds out whether the session lives', async () => {
    const clock = new VirtualClock();
    const { simulator, start } = await createAccount();
    const { sessions } = await start({}, clock);
    const session = await sessions.getSession();
    await clock.advance(12 * HOUR);
    const validated = sessions.getSession();
    await sessions.keepAlive();
    expect(await validated).toBe(session);
    expect(simulator.counts.keepAlives).toBe(1);
  });

  it('fails with a renewal in which Betfair gave no clear answer, although the session is served on', async () => {
    const clock = new VirtualClock();
    const { simulator, start } = await createAccount();
    const { sessions } = await start({}, clock);
    const session = await sessions.getSession();
    await clock.advance(12 * HOUR);
    simulator.fail('keepAlive', { status: 503 });
    const validated = sessions.getSession();
    const unclear = { code: 'BETFAIR_IDENTITY_UNAVAILABLE', retryable: true };
    await expect(sessions.keepAlive()).rejects.toMatchObject(unclear);
    expect(await validated).toBe(session);
    expect(simulator.counts.keepAlives).toBe(1);
  });

  it('of a session that was replaced or logged out meanwhile ends without a word', async () => {
    const { simulator, start } = await createAccount();
    const clock = new VirtualClock(100);
    const { sessions } = await start({ storage: 'mem://' }, clock);
    await sessions.getSession();
    simulator.fail('keepAlive', 'hung', { times: 3 });
    const events = typesOf(sessions);
    const ofFirst = sessions.keepAlive();
    await clock.advance(500);
    await replaceOnProof(simulator, sessions);
    await clock.advance(500);
    const ofSecond = sessions.keepAlive();
    await clock.advance(1_000);
    // A request is given up after 2 s, which says nothing of the session that came after.
    await ofFirst;
    const joined = Promise.allSettled([ofSecond, sessions.keepAlive()]);
    await clock.advance(1_000);
    const failed = { status: 'rejected', reason: { retryable: true } };
    expect(await joined).toMatchObject([failed, failed]);
    expect(simulator.counts.keepAlives).toBe(2);
    const ofNone = sessions.keepAlive();
    await clock.advance(500);
    await sessions.logout();
    await clock.advance(1_500);
    await ofNone;
    expect(events).toEqual(['rejected', 'loggedIn', 'renewalFailed', 'loggedOut']);
  });

  it('of a session that was replaced meanwhile does not disturb the one that is kept alive now', async () => {
    const { simulator, start } = await createAccount();
    const clock = new VirtualClock(100);
    const { sessions } = await start({ storage: 'mem://' }, clock);
    await sessions.getSession();
    simulator.fail('keepAlive', 'hung');
    const late = sessions.keepAlive();
    await clock.advance(1_000);
    await replaceOnProof(simulator, sessions);
    await sessions.keepAlive();
    await clock.advance(1_000);
    await late;
    expect(simulator.counts).toMatchObject({ keepAlives: 2, logins: 2 });
  });

  it('ends well where the session dies, and the application suspects it, at that very moment', async () => {
    const { simulator, start } = await createAccount();
    const { sessions } = await start({ storage: 'mem://' });
    const session = await sessions.getSession();
    const suspected: Promise<unknown>[] = [];
    sessions.events$.subscribe(({ type }) => {
      if (type !== 'keptAlive') return;
      simulator.endSessions();
      suspected.push(sessions.refresh(session));
    });
    await sessions.keepAlive();
    expect(await Promise.all(suspected)).toMatchObject([{ generation: 2 }]);
    expect(simulator.counts).toMatchObject({ keepAlives: 2, logins: 2 });
  });

  it('replaces a session that is gone', async () => {
    const clock = new VirtualClock();
    const { simulator, start, stored } = await createAccount();
    const { sessions } = await start({}, clock);
    await sessions.getSession();
    simulator.endSessions();
    await clock.until(sessions.keepAlive());
    expect(simulator.counts).toMatchObject({ logins: 2, keepAlives: 1 });
    expect(await stored()).toBe(sessions.current?.token);
  });

  it('keeps the session and fails when Betfair gives no clear answer', async () => {
    const { simulator, start } = await createAccount();
    const { sessions } = await start();
    const session = await sessions.getSession();
    simulator.fail('keepAlive', 'html');
    const events = typesOf(sessions);
    await expect(sessions.keepAlive()).rejects.toMatchObject({ retryable: true });
    expect(events).toEqual(['renewalFailed']);
    expect(sessions.current).toBe(session);
    expect(simulator.counts.logins).toBe(1);
  });

  it('gets a session where there is none, but not after a logout', async () => {
    const { simulator, start } = await createAccount();
    const { sessions } = await start();
    await sessions.keepAlive();
    expect(sessions.current).toBeDefined();
    await sessions.logout();
    await sessions.keepAlive();
    expect(sessions.current).toBeUndefined();
    expect(simulator.counts).toMatchObject({ logins: 1, logouts: 1, keepAlives: 0 });
  });

  it('gets a session after an outage in which the last one could not be replaced', async () => {
    const clock = new VirtualClock();
    const { simulator, start } = await createAccount();
    const { sessions } = await start({ storage: 'mem://' }, clock);
    const dead = await sessions.getSession();
    simulator.endSessions();
    simulator.fail('certLogin', { status: 503 });
    await expect(sessions.refresh(dead)).rejects.toMatchObject({ retryable: true });
    await clock.advance(1_000);
    await sessions.keepAlive();
    expect(sessions.current?.generation).toBe(dead.generation + 1);
  });
});

describe('the scheduled keep-alive', () => {
  it('gets the first session at start, and then keeps an idle one alive for three days', async () => {
    const clock = new VirtualClock();
    const { simulator, start } = await createAccount({
      clock,
      accounts: [{ jurisdiction: 'spain' }],
    });
    const { sessions } = await start({ keepAlive: true }, clock);
    await clock.settle();
    const session = sessions.current;
    expect(session).toBeDefined();
    await clock.advance(72 * HOUR);
    expect(sessions.current).toBe(session);
    expect(simulator.counts.logins).toBe(1);
    // Every eight to ten minutes.
    expect(simulator.counts.keepAlives).toBeGreaterThanOrEqual(72 * 6);
    expect(simulator.counts.keepAlives).toBeLessThanOrEqual(72 * 7.5);
  }, 30_000);

  it.each([
    ['a minute', { keepAlive: { interval: MINUTE } }, MINUTE],
    ['0.9 lifetimes', { keepAlive: { interval: 18 * MINUTE } }, 18 * MINUTE],
    ['half a lifetime', { keepAlive: true }, 10 * MINUTE],
  ])(
    'with an interval of %s waits between 80 and 100 %% of it, each time another part',
    async (_, options, interval) => {
      const clock = new VirtualClock();
      const { simulator, start } = await createAccount({
        clock,
        accounts: [{ jurisdiction: 'italy' }],
      });
      const { sessions } = await start({ ...options, jurisdiction: 'italy' }, clock);
      const asked = [clock.monotonic()];
      sessions.events$.subscribe(({ type }) => {
        if (type === 'keptAlive') asked.push(clock.monotonic());
      });
      await clock.advance(100 * interval);
      const waits = asked.slice(1).map((at, index) => at - (asked[index] ?? 0));
      expect(waits.length).toBeGreaterThanOrEqual(100);
      expect(Math.min(...waits)).toBeGreaterThanOrEqual(0.8 * interval);
      expect(Math.max(...waits)).toBeLessThanOrEqual(interval);
      // The chance that none of a hundred is in the first or the last quarter of the range is 3 in 10^13.
      expect(Math.min(...waits)).toBeLessThan(0.85 * interval);
      expect(Math.max(...waits)).toBeGreaterThan(0.95 * interval);
      expect(simulator.counts.logins).toBe(1);
    },
    30_000,
  );

  it('tries again after failures no later than after an interval', async () => {
    const clock = new VirtualClock();
    const { simulator, start } = await createAccount({ clock });
    simulator.fail('keepAlive', { status: 503 }, { times: Infinity });
    const { sessions } = await start({ keepAlive: { interval: MINUTE } }, clock);
    await clock.settle();
    const failed = [clock.monotonic()];
    sessions.events$.subscribe(({ type }) => {
      if (type === 'renewalFailed') failed.push(clock.monotonic());
    });
    await clock.advance(HOUR);
    const [first = 0, second = 0, third = 0, ...rest] = failed
      .slice(1)
      .map((at, index) => at - (failed[index] ?? 0));
    expect(first).toBeGreaterThanOrEqual(0.8 * MINUTE);
    expect(second).toBeLessThanOrEqual(1.25 * 15_000);
    expect(third).toBeLessThanOrEqual(1.25 * 30_000);
    expect(rest.length).toBeGreaterThanOrEqual(57);
    expect(Math.min(...rest)).toBeGreaterThanOrEqual(0.6 * MINUTE);
    expect(Math.max(...rest)).toBeLessThanOrEqual(MINUTE);
    expect(new Set(rest).size).toBeGreaterThan(50);
  }, 30_000);

  it('survives every kind of failure, tries again after 15, 30, 60 s, and replaces a session that is gone', async () => {
    const clock = new VirtualClock(1_500);
    const { simulator, start } = await createAccount({ clock });
    const { sessions } = await start({ keepAlive: { interval: HOUR } }, clock);
    await clock.settle();
    const asked: number[] = [];
    const faults = ['reset', 'html', 'truncated', { status: 502 }, 'hung'] as const;
    for (const fault of faults) simulator.fail('keepAlive', fault);
    for (let minute = 0; minute < 150; minute++) {
      await clock.advance(MINUTE / 2);
      const { keepAlives } = simulator.counts;
      while (asked.length < keepAlives) asked.push(clock.monotonic());
    }
    // One on time, five failures with growing waits, one success after them.
    const waits = asked.slice(1, 6).map((at, index) => at - (asked[index] ?? 0));
    for (const [index, wait] of waits.entries()) {
      const expected = Math.min(15_000 * 2 ** index, MINUTE);
      expect(wait).toBeGreaterThanOrEqual(expected * 0.75 - MINUTE / 2);
      expect(wait).toBeLessThanOrEqual(expected * 1.25 + MINUTE);
    }
    expect(simulator.counts.logins).toBe(1);
    simulator.endSessions();
    await clock.advance(2 * HOUR);
    expect(simulator.counts.logins).toBe(2);
    expect(sessions.status.state).toBe('ready');
  }, 30_000);

  it('never logs in after a logout', async () => {
    const clock = new VirtualClock();
    const { simulator, start } = await createAccount({ clock });
    const { sessions } = await start({ keepAlive: true }, clock);
    await clock.settle();
    await sessions.logout();
    await clock.advance(48 * HOUR);
    expect(simulator.counts).toMatchObject({ logins: 1, keepAlives: 0 });
    // The loop still runs: a session that the application asks for is kept alive again.
    await sessions.getSession();
    await clock.advance(48 * HOUR);
    expect(simulator.counts.logins).toBe(2);
    expect(simulator.counts.keepAlives).toBeGreaterThanOrEqual(7);
  });

  it('is off by default', async () => {
    const clock = new VirtualClock();
    const { simulator, start } = await createAccount({ clock });
    await start({}, clock);
    await clock.advance(48 * HOUR);
    expect(simulator.requests).toEqual([]);
  });

  it('shows its timer in the SchedulerRegistry, where the application can stop it', async () => {
    const simulator = await BetfairSimulator.start();
    // Timers of Node, as the registry stops them: a minute takes 40 ms.
    const hasty: Clock = {
      ...systemClock,
      timer: (callback, ms) => systemClock.timer(callback, ms / 1_500),
    };
    const module = await Test.createTestingModule({
      imports: [
        ScheduleModule.forRoot(),
        BetfairSessionModule.forRoot({ ...simulator.options(), keepAlive: { interval: MINUTE } }),
      ],
    })
      .setLogger(new RecordingLogger())
      .overrideProvider(SESSION_CLOCK)
      .useValue(hasty)
      .compile();
    await module.init();
    const registry = module.get(SchedulerRegistry);
    await module.get(SessionService).getSession();
    const seen = () => registry.doesExist('timeout', 'betfair-session:default');
    while (simulator.counts.keepAlives < 3) await new Promise(setImmediate);
    while (!seen()) await new Promise(setImmediate);
    registry.deleteTimeout('betfair-session:default');
    const { keepAlives } = simulator.counts;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(simulator.counts.keepAlives).toBe(keepAlives);
    await module.close();
    expect(seen()).toBe(false);
    await simulator.stop();
  });

  it('does not delay the start of an application while Betfair hangs', async () => {
    const { simulator, start } = await createAccount();
    simulator.fail('certLogin', 'hung');
    const { sessions, close } = await start({ keepAlive: true, requestTimeout: 300 });
    expect(sessions.status.state).toBe('empty');
    await close();
  });

  it('runs on one clock with its account only', async () => {
    const clock = new VirtualClock();
    const { start } = await createAccount({ clock });
    const { module, close } = await start({ keepAlive: true }, clock);
    expect(module.get(SESSION_CLOCK)).toBe(clock);
    await clock.settle();
    await close();
    expect(clock.timers).toBe(0);
  });
});
