import { FileStorage } from 'nestjs-betfair-session';
import type { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeAccounts, createAccount, type TestAccount, times } from '../support/account.js';
import { typesOf } from '../support/application.js';
import type { FaultyStorage } from '../support/faulty.storage.js';
import { VirtualClock } from '../support/virtual.clock.js';

const HOUR = 3_600_000;
let simulator: BetfairSimulator;
let storage: FaultyStorage;
let start: TestAccount['start'];
let stored: TestAccount['stored'];
let key: string;

beforeEach(async () => {
  ({ simulator, storage, start, stored, key } = await createAccount());
});

afterEach(closeAccounts);

describe('a session that is not in memory', () => {
  it('costs one login and one write, however many callers wait', async () => {
    const { sessions } = await start();
    const events = typesOf(sessions);
    const served = await Promise.all(times(1_000, () => sessions.getSession()));
    expect(new Set(served).size).toBe(1);
    expect(events).toEqual(['loggedIn']);
    expect(simulator.counts).toMatchObject({ loginAttempts: 1, logins: 1, keepAlives: 0 });
    // A look before the login is necessary, and one when the lease allows it.
    expect(storage.counts).toEqual({ read: 2, write: 1, delete: 0 });
    expect(await stored()).toBe(served[0]?.token);
  });

  it('is resumed from the store by one read and one keepAlive, without a login', async () => {
    const first = await start();
    const { token } = await first.sessions.getSession();
    await first.close();
    const { sessions } = await start();
    const events = typesOf(sessions);
    const served = await Promise.all(times(1_000, () => sessions.getSession()));
    expect(events).toEqual(['resumed']);
    expect(new Set(served.map((session) => session.token))).toEqual(new Set([token]));
    expect(simulator.counts).toMatchObject({ logins: 1, keepAlives: 1 });
    expect(storage.counts).toEqual({ read: 3, write: 1, delete: 0 });
    expect(sessions.status).toMatchObject({ state: 'ready', persisted: true });
  });

  it('is replaced by one login when keepAlive says that the stored one is gone', async () => {
    const first = await start();
    const { token } = await first.sessions.getSession();
    await first.close();
    simulator.endSessions();
    const { sessions } = await start();
    const served = await sessions.getSession();
    expect(served.token).not.toBe(token);
    expect(simulator.counts).toMatchObject({ logins: 2, keepAlives: 1 });
    expect(await stored()).toBe(served.token);
  });

  it('is resumed with a trailing newline, as an editor or the Go library leaves it', async () => {
    const first = await start();
    const { token } = await first.sessions.getSession();
    await first.close();
    await storage.put(key, `${token}\n`);
    const { sessions } = await start();
    expect((await sessions.getSession()).token).toBe(token);
    expect(simulator.counts.logins).toBe(1);
  });

  it.each([
    ['empty', ''],
    ['white space', '   '],
    ['binary', '\u0000\u0001\ufffd'],
    ['two lines', 'abc\ndef'],
    ['non-ASCII', 'tökén'],
    ['a megabyte of garbage', 'x'.repeat(1_048_576)],
  ])(
    'is not taken from a stored text that is %s: it is replaced and never sent',
    async (_, text) => {
      await storage.put(key, text);
      const { sessions, logger } = await start();
      const { token } = await sessions.getSession();
      expect(simulator.counts).toMatchObject({ logins: 1, keepAlives: 0 });
      expect(await stored()).toBe(token);
      expect(JSON.stringify(logger.lines)).toContain('holds no session token');
    },
  );

  it('is shared through a directory by applications that start one after another', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'betfair-'));
    const first = await start({ storage: `file://${directory}` });
    const { token } = await first.sessions.getSession();
    await first.close();
    const second = await start({ storage: new FileStorage({ directory }) });
    expect((await second.sessions.getSession()).token).toBe(token);
    expect(simulator.counts.logins).toBe(1);
  });
});

describe('a session in memory', () => {
  it('is served without network, storage or a growing heap', async () => {
    const { sessions } = await start();
    await sessions.getSession();
    const before = { ...storage.counts };
    for (let i = 0; i < 10_000; i++) await sessions.getSession();
    globalThis.gc?.();
    const heap = process.memoryUsage().heapUsed;
    for (let i = 0; i < 1_000_000; i++) await sessions.getSession();
    globalThis.gc?.();
    expect(process.memoryUsage().heapUsed - heap).toBeLessThan(32 * 1_048_576);
    expect(storage.counts).toEqual(before);
    expect(simulator.counts).toMatchObject({ loginAttempts: 1, keepAlives: 0 });
  });

  it('is served by one promise, to callers with a signal too', async () => {
    const { sessions } = await start();
    // The first call waits for the session, the second finds it.
    await sessions.getSession();
    await sessions.getSession();
    const promise = sessions.getSession();
    expect(sessions.getSession()).toBe(promise);
    expect(sessions.getSession({ signal: new AbortController().signal })).toBe(promise);
  });

  it('is served while the store hangs', async () => {
    const { sessions } = await start();
    const session = await sessions.getSession();
    storage.fail('read', 'hang', { times: Infinity });
    storage.fail('write', 'hang', { times: Infinity });
    await expect(sessions.getSession()).resolves.toBe(session);
  });

  it('is kept alive once, in the background, by the first call after half its lifetime', async () => {
    const clock = new VirtualClock();
    const { sessions } = await start({}, clock);
    const session = await sessions.getSession();
    await clock.advance(6 * HOUR - 1);
    await Promise.all(times(100, () => sessions.getSession()));
    expect(simulator.counts.keepAlives).toBe(0);
    await clock.advance(1);
    simulator.fail('keepAlive', { slow: 50 });
    const served = await Promise.all(times(100, () => sessions.getSession()));
    expect(new Set(served)).toEqual(new Set([session]));
    await clock.settle();
    expect(simulator.counts).toMatchObject({ keepAlives: 1, logins: 1 });
    expect(sessions.status.expiresAt).toEqual(new Date(clock.wall() + 12 * HOUR));
  });

  it('is asked for again after a keepAlive in the background that got no clear answer', async () => {
    const clock = new VirtualClock();
    const { sessions } = await start({}, clock);
    const session = await sessions.getSession();
    await clock.advance(6 * HOUR);
    simulator.fail('keepAlive', { status: 502 }, { times: 10 });
    const serve = async () => {
      await expect(sessions.getSession()).resolves.toBe(session);
      await clock.settle();
      return simulator.counts.keepAlives;
    };
    expect(await serve()).toBe(1);
    const waits = [15_000, 30_000, ...times(8, () => 60_000)];
    for (const [failures, wait] of waits.entries()) {
      await clock.advance(wait - 1);
      expect(await serve()).toBe(failures + 1);
      await clock.advance(1);
      expect(await serve()).toBe(failures + 2);
    }
    await clock.advance(60_000);
    expect(await serve()).toBe(waits.length + 1);
    // The next failure is the first one again.
    await clock.advance(6 * HOUR);
    simulator.fail('keepAlive', { status: 502 });
    const asked = await serve();
    await clock.advance(15_000);
    expect(await serve()).toBe(asked + 1);
    expect(simulator.counts.logins).toBe(1);
  });

  it('is served by one promise also while the keepAlive in the background hangs', async () => {
    const clock = new VirtualClock(100);
    const { sessions } = await start({}, clock);
    await sessions.getSession();
    await clock.advance(6 * HOUR);
    simulator.fail('keepAlive', 'hung');
    await sessions.getSession();
    await sessions.getSession();
    const promise = sessions.getSession();
    await clock.advance(1_000);
    expect(sessions.getSession()).toBe(promise);
    // Lets it end.
    await clock.advance(1_000);
  });

  it('is validated by keepAlive when its lifetime is over, before the store is read', async () => {
    const clock = new VirtualClock();
    const { sessions } = await start({}, clock);
    const session = await sessions.getSession();
    await clock.advance(12 * HOUR);
    expect(sessions.current).toBeUndefined();
    expect(sessions.status.state).toBe('empty');
    await expect(sessions.getSession()).resolves.toBe(session);
    expect(storage.counts.read).toBe(2);
    // And then it lives for as long again.
    await clock.advance(6 * HOUR - 1);
    await expect(sessions.getSession()).resolves.toBe(session);
    expect(simulator.counts).toMatchObject({ keepAlives: 1, logins: 1 });
  });

  it('is replaced by one login when it ended at Betfair with its lifetime', async () => {
    const clock = new VirtualClock();
    const account = await createAccount({ clock });
    const { sessions } = await account.start({}, clock);
    const session = await sessions.getSession();
    await clock.advance(12 * HOUR);
    expect((await sessions.getSession()).generation).toBe(session.generation + 1);
    expect(account.simulator.counts).toMatchObject({ keepAlives: 1, logins: 2 });
  });

  it('is served for 30 seconds more, again and again, while Betfair cannot be asked', async () => {
    const clock = new VirtualClock();
    const { sessions } = await start({}, clock);
    const session = await sessions.getSession();
    await clock.advance(12 * HOUR);
    simulator.fail('keepAlive', { status: 503 }, { times: 3 });
    const events = typesOf(sessions);
    for (let outage = 1; outage <= 3; outage++) {
      await expect(sessions.getSession()).resolves.toBe(session);
      await clock.advance(29_999);
      await expect(sessions.getSession()).resolves.toBe(session);
      await clock.settle();
      expect(simulator.counts.keepAlives).toBe(outage);
      await clock.advance(1);
    }
    await expect(sessions.getSession()).resolves.toBe(session);
    expect(simulator.counts).toMatchObject({ keepAlives: 4, logins: 1 });
    expect(events).toEqual([...times(3, () => 'renewalFailed'), 'keptAlive']);
  });

  it('counts its lifetime on the monotonic clock: a wall clock set back or forth changes nothing', async () => {
    const clock = new VirtualClock();
    const { sessions } = await start({}, clock);
    await sessions.getSession();
    clock.setWallBack(HOUR);
    await clock.advance(6 * HOUR - 1);
    clock.setWallBack(-48 * HOUR);
    await sessions.getSession();
    await clock.settle();
    expect(simulator.counts).toMatchObject({ keepAlives: 0, logins: 1 });
  });
});

describe("a caller's signal", () => {
  it('ends the wait of that caller alone', async () => {
    simulator.fail('certLogin', { slow: 300 });
    const { sessions } = await start();
    const impatient = sessions.getSession({ signal: AbortSignal.timeout(50) });
    const patient = sessions.getSession({ signal: AbortSignal.timeout(10_000) });
    await expect(impatient).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(await patient).toBe(sessions.current);
    expect(simulator.counts.loginAttempts).toBe(1);
  });

  it('leaves the login running for the next caller when all have gone', async () => {
    simulator.fail('certLogin', { slow: 200 });
    const { sessions } = await start();
    const waits = times(10, () => sessions.getSession({ signal: AbortSignal.timeout(20) }));
    await Promise.allSettled(waits);
    const session = await sessions.getSession();
    expect(simulator.counts).toMatchObject({ loginAttempts: 1, keepAlives: 0 });
    expect(await stored()).toBe(session.token);
  });

  it('that is aborted already gets no session, and starts nothing', async () => {
    const { sessions } = await start();
    await expect(sessions.getSession({ signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(simulator.counts.loginAttempts).toBe(0);
    // Nor where one is at hand.
    await sessions.getSession();
    await expect(sessions.getSession({ signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});
