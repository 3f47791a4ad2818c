import {
  MemoryStorage,
  type SessionStorage,
  SessionStorageError,
  StorageConflictError,
  type StorageOperationOptions,
} from 'nestjs-betfair-session';
import { sleep } from '../../lib/common/deadline.js';
import { closeAccounts, createAccount, times } from '../support/account.js';
import { typesOf } from '../support/application.js';
import { post, RPC, rpcCall, sends, until } from '../support/betting.js';
import { VirtualClock } from '../support/virtual.clock.js';

const MINUTE = 60_000;

afterEach(closeAccounts);

const down = () => new SessionStorageError('The store is down.', 'unavailable');

describe('a stored session of another account', () => {
  it("is not adopted after an outage of the store, with persistence 'best-effort'", async () => {
    const [alice, bruno] = [
      await createAccount(),
      await createAccount({ accounts: [{ username: 'bruno' }] }),
    ];
    const { token } = await (await alice.start()).sessions.getSession();
    const { storage } = alice;
    const clock = new VirtualClock();
    storage.fail('read', down());
    const { sessions } = await bruno.start({ storage, persistence: 'best-effort' }, clock);
    // Nothing is known of what is stored, so the session is one of its own and is not stored.
    await clock.until(sessions.getSession());
    expect(bruno.simulator.liveTokens()).toEqual([sessions.current?.token]);
    // The store works again, and belongs to the other account all the same.
    await clock.until(sessions.keepAlive());
    expect(sessions.status).toMatchObject({ state: 'degraded', persisted: false });
    expect(JSON.stringify(bruno.simulator.requests)).not.toContain(token);
    expect(await alice.stored()).toBe(token);
    bruno.simulator.endSessions();
    const refused = clock.until(sessions.refresh(await sessions.getSession()));
    await expect(refused).rejects.toMatchObject({ code: 'BETFAIR_CONFIGURATION' });
    expect(bruno.simulator.counts.logins).toBe(1);
  });

  it('is neither logged out nor removed by logout()', async () => {
    const [alice, bruno] = [
      await createAccount(),
      await createAccount({ accounts: [{ username: 'bruno' }] }),
    ];
    const { token } = await (await alice.start()).sessions.getSession();
    const { sessions } = await bruno.start({ storage: alice.storage });
    await expect(sessions.logout()).rejects.toMatchObject({ code: 'BETFAIR_CONFIGURATION' });
    expect(await alice.stored()).toBe(token);
    expect(bruno.simulator.counts.logouts).toBe(0);
  });
});

it('two wrong passwords that alternate over restarts are one attempt each', async () => {
  const { simulator, start } = await createAccount();
  for (const password of ['one', 'two', 'one', 'two', 'one', 'two']) {
    const { sessions, close } = await start({ password });
    await expect(sessions.getSession()).rejects.toMatchObject({ code: 'BETFAIR_LOGIN_REJECTED' });
    await close();
  }
  expect(simulator.counts.loginAttempts).toBe(2);
});

/** A renewal that waits for its password for 9 of its 15 seconds, so that its end comes before that of a request. */
const LATE = { requestTimeout: 10_000, renewalTimeout: 15_000 };
const PASSWORD_MS = 9_000;

it('logins that are cut off by renewalTimeout count in the budget, because they may have succeeded', async () => {
  const clock = new VirtualClock(1_000);
  const { simulator, start } = await createAccount();
  let wait = 0;
  const password = async () => {
    await sleep(clock, wait);
    return simulator.options().password;
  };
  const { sessions } = await start({ ...LATE, password }, clock);
  for (let answered = 0; answered < 3; answered++) {
    await clock.until(sessions.getSession());
    await clock.until(sessions.logout());
  }
  simulator.fail('certLogin', 'hung', { times: Infinity, processed: true });
  for (let cutOff = 0; cutOff < 2; cutOff++) {
    wait = PASSWORD_MS;
    await expect(clock.until(sessions.getSession())).rejects.toMatchObject({
      message: expect.stringContaining('renewalTimeout'),
    });
    // Longer than the wait after that.
    await clock.advance(5_000);
  }
  expect(simulator.counts.loginAttempts).toBe(5);
  await expect(clock.until(sessions.getSession())).rejects.toMatchObject({
    code: 'BETFAIR_LOGIN_BLOCKED',
  });
  expect(simulator.counts.loginAttempts).toBe(5);
});

it('a session that Betfair declared dead is not served again when the login after it fails', async () => {
  const clock = new VirtualClock();
  const { simulator, start } = await createAccount({ clock });
  const { sessions } = await start({ storage: 'mem://' }, clock);
  await sessions.getSession();
  const events = typesOf(sessions);
  await clock.advance(12 * 60 * MINUTE);
  simulator.fail('certLogin', { status: 503 });
  await expect(sessions.getSession()).rejects.toMatchObject({ retryable: true });
  expect(events).toContain('rejected');
  await clock.advance(2_000);
  simulator.fail('keepAlive', { status: 503 }, { times: Infinity });
  const session = await sessions.getSession();
  expect(session.generation).toBe(2);
  expect(simulator.counts.logins).toBe(2);
});

it.each([
  [429, { status: 'error', error: 'rate limited' }],
  [404, { status: 'FAIL', error: 'INVALID_USERNAME_OR_PASSWORD' }],
  [400, { loginStatus: 'ACCOUNT_NOW_LOCKED' }],
])(
  'HTTP %i does not count as an answer to a login, whatever its JSON says',
  async (status, reply) => {
    const { simulator, start } = await createAccount();
    simulator.fail('certLogin', { status, reply });
    const { sessions } = await start({ storage: 'mem://' });
    await expect(sessions.getSession()).rejects.toMatchObject({
      code: 'BETFAIR_IDENTITY_UNAVAILABLE',
    });
  },
);

it.each([
  ['back', 60 * MINUTE],
  ['forth', -60 * MINUTE],
])("a wall clock that steps %s neither ends nor prolongs Betfair's ban", async (_, step) => {
  const clock = new VirtualClock();
  const { simulator, start } = await createAccount();
  simulator.fail('certLogin', { reply: { loginStatus: 'TEMPORARY_BAN_TOO_MANY_REQUESTS' } });
  const { sessions } = await start({}, clock);
  const call = () => clock.until(sessions.getSession());
  await expect(call()).rejects.toMatchObject({ code: 'BETFAIR_LOGIN_BLOCKED' });
  clock.setWallBack(step);
  for (let minute = 1; minute < 20; minute++) {
    await clock.advance(MINUTE);
    await expect(call()).rejects.toMatchObject({ code: 'BETFAIR_LOGIN_BLOCKED' });
  }
  expect(simulator.counts.loginAttempts).toBe(1);
  await clock.advance(MINUTE);
  await call();
  expect(simulator.counts).toMatchObject({ loginAttempts: 2, logins: 1 });
});

it("'best-effort' serves the session of a login whose write met a conflict and then a store that is down", async () => {
  const { simulator, storage, start, key } = await createAccount();
  storage.fail('write', new StorageConflictError(key));
  storage.fail('read', () => undefined, { times: 2 });
  storage.fail('read', down());
  const { sessions } = await start({ persistence: 'best-effort' });
  await sessions.getSession();
  expect(sessions.status).toMatchObject({ state: 'degraded', persisted: false });
  expect(simulator.counts).toMatchObject({ logins: 1, logouts: 0 });
});

it('closing does not wait longer for a logout that hangs than for anything else', async () => {
  const clock = new VirtualClock(100);
  const { simulator, start } = await createAccount();
  const { sessions, close } = await start({ requestTimeout: 9_000 }, clock);
  await sessions.getSession();
  simulator.fail('logout', 'hung');
  const logout = sessions.logout().catch(() => undefined);
  await clock.settle();
  const from = clock.monotonic();
  await clock.until(close());
  await logout;
  expect(clock.monotonic() - from).toBe(5_000);
});

it('a write that fails while the application closes is given up, and the store left alone', async () => {
  const clock = new VirtualClock(100);
  const { storage, start } = await createAccount();
  storage.fail('write', 'hang', { times: Infinity });
  const { sessions, close } = await start({}, clock);
  const outcome = sessions.getSession().catch((error: unknown) => error);
  await until(() => storage.counts.write > 0);
  await clock.until(close());
  expect(clock.monotonic()).toBe(5_000);
  expect(await outcome).toMatchObject({ code: 'BETFAIR_CLOSED' });
  const counts = { ...storage.counts };
  await clock.advance(60_000);
  expect(storage.counts).toEqual(counts);
});

/** A store that hangs until it is told to give up. */
class HangingStorage extends MemoryStorage {
  hanging = 0;

  constructor(
    private readonly operation: 'write' | 'delete',
    private readonly onEnd: () => void,
  ) {
    super();
  }

  override async write(...parameters: Parameters<SessionStorage['write']>) {
    const [key, value, condition, options] = parameters;
    if (this.operation === 'write' && key === 'session.token') await this.#hang(options);
    return super.write(key, value, condition);
  }

  override async delete(...parameters: Parameters<SessionStorage['delete']>) {
    const [key, condition, options] = parameters;
    if (this.operation === 'delete') await this.#hang(options);
    return super.delete(key, condition);
  }

  #hang(options: StorageOperationOptions = {}): Promise<never> {
    this.hanging += 1;
    return new Promise((_, reject) => {
      options.signal?.addEventListener('abort', () => {
        this.onEnd();
        reject(new Error('aborted'));
      });
    });
  }
}

it.each(['write', 'delete'] as const)(
  'closing tells a store that hangs in a %s to give up, long before its time is over',
  async (operation) => {
    const clock = new VirtualClock(100);
    const { start } = await createAccount();
    const ended: number[] = [];
    const storage = new HangingStorage(operation, () => ended.push(clock.monotonic()));
    const { sessions, close } = await start({ storage, requestTimeout: 20_000 }, clock);
    const work = sessions.getSession().then(() => sessions.logout());
    const outcome = work.catch((error: unknown) => error);
    await until(() => storage.hanging > 0);
    await clock.until(close());
    expect(ended).toEqual([5_000]);
    expect(await outcome).toMatchObject({ code: 'BETFAIR_CLOSED' });
  },
);

it('two logouts at once are one after the other, and the second finds nothing to end', async () => {
  const { simulator, start } = await createAccount();
  const { sessions } = await start();
  await sessions.getSession();
  simulator.fail('logout', { slow: 100 });
  const events = typesOf(sessions);
  await Promise.all([sessions.logout(), sessions.logout()]);
  expect(events).toEqual(['loggedOut']);
  expect(simulator.counts.logouts).toBe(1);
});

it('a process that wakes up past the lifetime serves what it has, and one refusal makes one renewal', async () => {
  const { simulator, start } = await createAccount();
  const clock = new VirtualClock();
  const { sessions } = await start({ storage: 'mem://' }, clock);
  await sessions.fetch(RPC, post(rpcCall('listEventTypes', {}, 'before')));
  simulator.clearRequests();
  const session = await sessions.getSession();
  // Timers have not fired when the process wakes up, nor when its event loop goes on.
  const { monotonic } = clock;
  clock.monotonic = () => monotonic() + 13 * 60 * MINUTE;
  simulator.endSessions();
  const calls = times(20, (id) => sessions.fetch(RPC, post(rpcCall('listEventTypes', {}, id))));
  expect(await sessions.getSession()).toBe(session);
  for (const response of await Promise.all(calls)) {
    expect(await response.json()).toMatchObject({ result: expect.any(Array) });
  }
  expect(simulator.counts).toMatchObject({ logins: 2, keepAlives: 0 });
  expect(Object.values(sends(simulator))).toEqual(Array(20).fill(2));
});
