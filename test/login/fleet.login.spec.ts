import { jest } from '@jest/globals';
import { SessionStorageError } from 'nestjs-betfair-session';
import { mkdtemp, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sleep } from '../../lib/common/deadline.js';
import { closeAccounts, createAccount } from '../support/account.js';
import { until } from '../support/betting.js';
import { PartlyDownStorage } from '../support/partly-down.storage.js';
import { VirtualClock } from '../support/virtual.clock.js';

/** Of the lease: `requestTimeout` and 5 s. */
const DURATION = 7_000;

afterEach(closeAccounts);
afterEach(() => {
  jest.restoreAllMocks();
});

const isLease = (key: string) => key.endsWith('.lease');
const down = () => new SessionStorageError('The store is down.', 'unavailable');

describe('a process that finds another one logging in', () => {
  it.each([
    [0, 90, 315],
    [0.75, 105, 367.5],
  ])(
    'looks at the store again and again, not in step with others (by chance %d)',
    async (chance, first, second) => {
      const clock = new VirtualClock(100);
      const { simulator, storage, start, key } = await createAccount();
      await storage.put(key, 'A'.repeat(44));
      const [one, two] = [await start({}, clock), await start({}, clock)];
      jest.spyOn(Math, 'random').mockReturnValue(chance);
      simulator.fail('certLogin', 'hung');
      const holder = one.sessions.getSession().catch(() => undefined);
      await until(() => simulator.counts.loginAttempts === 1);
      const waiter = two.sessions.getSession().catch(() => undefined);
      await until(() => storage.counts.read === 3 && simulator.counts.keepAlives === 2);
      await clock.settle();
      const { read } = storage.counts;
      await clock.advance(first - 1);
      expect(storage.counts.read).toBe(read);
      await clock.advance(1);
      expect(storage.counts.read).toBe(read + 1);
      await clock.advance(second);
      expect(storage.counts.read).toBe(read + 2);
      // Each has asked once whether what is stored lives.
      expect(simulator.counts.keepAlives).toBe(2);
      await clock.until(Promise.all([holder, waiter]));
    },
  );

  it('takes over what that one stores, long before the lease is given back', async () => {
    const clock = new VirtualClock();
    const { simulator, start } = await createAccount();
    const [one, two] = [await start({}, clock), await start({}, clock)];
    const both = [one.sessions.getSession(), two.sessions.getSession()];
    const [first, second] = await clock.until(Promise.all(both));
    expect(second?.token).toBe(first?.token);
    expect(clock.monotonic()).toBeLessThan(1_000);
    expect(simulator.counts).toMatchObject({ loginAttempts: 1, keepAlives: 1 });
  });

  it('logs in at its next look, 3 s after a login that got no clear answer', async () => {
    const clock = new VirtualClock();
    const { simulator, start } = await createAccount();
    const [one, two] = [await start({}, clock), await start({}, clock)];
    simulator.fail('certLogin', { status: 503 });
    await expect(one.sessions.getSession()).rejects.toMatchObject({ retryable: true });
    const waiting = two.sessions.getSession();
    await clock.advance(2_999);
    expect(simulator.counts.loginAttempts).toBe(1);
    await clock.until(waiting);
    // Three looks at the token lie between two at the record, but none waits longer than for a holder that is gone.
    expect(clock.monotonic()).toBeLessThanOrEqual(DURATION);
  });

  it('logs in 3 s after a login whose token could not be stored, as after any other', async () => {
    const clock = new VirtualClock();
    const { simulator, storage, start, key } = await createAccount();
    await storage.put(key, 'A'.repeat(44));
    const [one, two] = [await start({}, clock), await start({}, clock)];
    storage.fail('write', new SessionStorageError('Read only.', 'denied'));
    await expect(clock.until(one.sessions.getSession())).rejects.toMatchObject({
      code: 'BETFAIR_STORAGE_DENIED',
    });
    expect(simulator.counts).toMatchObject({ logins: 1, logouts: 1 });
    const waiting = two.sessions.getSession();
    await clock.advance(2_999);
    expect(simulator.counts.loginAttempts).toBe(1);
    await clock.until(waiting);
    expect(clock.monotonic()).toBeLessThanOrEqual(DURATION);
  });
});

describe('what is stored between the first look and the lease', () => {
  it('is taken over without a login, and the lease given back at once', async () => {
    const { simulator, storage, start, key } = await createAccount();
    // A Go service, say: it knows nothing of our lease.
    const foreign = (await start({ storage: 'mem://' })).sessions;
    const { token } = await foreign.getSession();
    const clock = new VirtualClock();
    const { sessions } = await start({}, clock);
    storage.fail('read', () => undefined);
    storage.fail('read', () => storage.put(key, token));
    expect((await sessions.getSession()).token).toBe(token);
    expect(simulator.counts.loginAttempts).toBe(1);
    expect(clock.monotonic()).toBe(0);
    expect((await storage.inner.read(`${key}.lease`))?.value).toContain('"holder":null');
  });

  it("is not known where the store fails then: no login where persistence is 'required', and nobody waits for it", async () => {
    const clock = new VirtualClock();
    const { simulator, storage, start } = await createAccount();
    const [one, two] = [await start({}, clock), await start({}, clock)];
    storage.fail('read', () => undefined);
    storage.fail('read', down());
    await expect(one.sessions.getSession()).rejects.toMatchObject({
      code: 'BETFAIR_STORAGE_UNAVAILABLE',
    });
    expect(simulator.counts.loginAttempts).toBe(0);
    await clock.until(two.sessions.getSession());
    expect(clock.monotonic()).toBeLessThan(3_500);
  });

  it("is not known where the store fails then: a login at once where persistence is 'best-effort'", async () => {
    const { simulator, storage, start, stored } = await createAccount();
    const { sessions } = await start({ persistence: 'best-effort' }, new VirtualClock());
    storage.fail('read', () => undefined);
    storage.fail('read', down());
    const { token } = await sessions.getSession();
    expect(await stored()).toBe(token);
    expect(storage.counts).toMatchObject({ read: 2, write: 1 });
    expect(simulator.counts.loginAttempts).toBe(1);
  });
});

describe('a lease that cannot be reached', () => {
  it("permits no login where persistence is 'required'", async () => {
    const clock = new VirtualClock();
    const { simulator, start } = await createAccount();
    const storage = new PartlyDownStorage(isLease);
    const { sessions } = await start({ storage, sessionKey: undefined }, clock);
    await expect(clock.until(sessions.getSession())).rejects.toMatchObject({
      code: 'BETFAIR_STORAGE_UNAVAILABLE',
    });
    expect(simulator.counts.loginAttempts).toBe(0);
  });

  // A name of its own tells whose token it is, so that the record need not be read for that.
  const ownKey = { persistence: 'best-effort', sessionKey: undefined } as const;

  it("makes a process wait for up to a lease before its login where it is 'best-effort'", async () => {
    const clock = new VirtualClock();
    const { simulator, start } = await createAccount();
    const storage = new PartlyDownStorage(isLease);
    const { sessions } = await start({ storage, ...ownKey }, clock);
    jest.spyOn(Math, 'random').mockReturnValue(0.5);
    const session = sessions.getSession();
    await clock.advance(DURATION / 2 - 1);
    expect(simulator.counts.loginAttempts).toBe(0);
    await clock.advance(1);
    await session;
    expect(simulator.counts.loginAttempts).toBe(1);
  });

  it('does not hide what another process stored in that time', async () => {
    const clock = new VirtualClock();
    const { simulator, start } = await createAccount();
    const storage = new PartlyDownStorage(isLease);
    const [one, two] = [
      await start({ storage, ...ownKey }, clock),
      await start({ storage, ...ownKey }, clock),
    ];
    jest.spyOn(Math, 'random').mockReturnValueOnce(0.25).mockReturnValueOnce(0.75);
    const [first, second] = await clock.until(
      Promise.all([one.sessions.getSession(), two.sessions.getSession()]),
    );
    expect(second?.token).toBe(first?.token);
    expect(simulator.counts).toMatchObject({ loginAttempts: 1, keepAlives: 1 });
  });

  it('still lets refused credentials be tried once', async () => {
    const clock = new VirtualClock();
    const { simulator, start } = await createAccount();
    const storage = new PartlyDownStorage(isLease);
    const { sessions } = await start({ storage, ...ownKey, password: 'wrong' }, clock);
    for (let round = 0; round < 5; round++) {
      await expect(clock.until(sessions.getSession())).rejects.toMatchObject({
        code: 'BETFAIR_LOGIN_REJECTED',
      });
      await clock.advance(60_000);
    }
    expect(simulator.counts.loginAttempts).toBe(1);
  });
});

it('a login ends 3 s before another process may take the lease over, however it came to be late', async () => {
  const clock = new VirtualClock(100);
  const { simulator, storage, start } = await createAccount();
  await clock.advance(60_000);
  const twoFactorCode = async () => {
    await sleep(clock, 1_500);
    return '123456';
  };
  const { sessions } = await start(
    { login: 'interactive', certificate: undefined, twoFactorCode },
    clock,
  );
  storage.fail('read', () => undefined);
  storage.fail('read', () => sleep(clock, 1_500));
  simulator.fail('login', 'hung');
  await expect(clock.until(sessions.getSession())).rejects.toMatchObject({
    code: 'BETFAIR_IDENTITY_UNAVAILABLE',
    message: expect.stringContaining('before its lease expired'),
  });
  expect(clock.monotonic()).toBe(60_000 + DURATION - 3_000);
});

it('a login that was never sent because a certificate file is gone costs nothing of the budget', async () => {
  const clock = new VirtualClock();
  const { simulator, start } = await createAccount();
  const directory = await mkdtemp(join(tmpdir(), 'betfair-'));
  const [cert, key] = [join(directory, 'client.crt'), join(directory, 'client.key')];
  const { certificate } = simulator.options();
  await Promise.all([writeFile(cert, certificate.cert), writeFile(key, certificate.key)]);
  const { sessions } = await start(
    { certificate: { cert: { file: cert }, key: { file: key } } },
    clock,
  );
  jest.spyOn(Math, 'random').mockReturnValue(0);
  for (let attempt = 0; attempt < 5; attempt++) {
    await rename(cert, `${cert}.old`);
    await expect(sessions.getSession()).rejects.toMatchObject({ code: 'BETFAIR_CONFIGURATION' });
    await rename(`${cert}.old`, cert);
    await clock.advance(8_500);
  }
  await sessions.getSession();
  expect(clock.monotonic()).toBeLessThan(60_000);
  expect(simulator.counts.loginAttempts).toBe(1);
});
