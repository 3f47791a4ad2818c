import {
  MemoryStorage,
  type SessionStorage,
  SessionStorageError,
  type StorageOperationOptions,
  type WriteCondition,
} from 'nestjs-betfair-session';
import type { Clock } from '../../lib/common/clock.js';
import { LoginLease, type RecordChange } from '../../lib/login/login.lease.js';
import { EMPTY_RECORD, formatLoginRecord, type LoginRecord } from '../../lib/login/login.record.js';
import { RecordStore } from '../../lib/login/record.store.js';
import { closeAccounts, createAccount } from '../support/account.js';
import { VirtualClock } from '../support/virtual.clock.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DURATION = 7_000;
const KEY = 'session.token.lease';
const ACCOUNT = '0123456789abcdef';
const EMPTY: LoginRecord = { ...EMPTY_RECORD, account: ACCOUNT };
const REFUSALS = { f00d: 'ACCOUNT_NOW_LOCKED' };

const { signal } = new AbortController();
const always = () => undefined;

afterEach(closeAccounts);

/** One process, as far as the lease is concerned. */
class Process {
  readonly #records: RecordStore;
  readonly #lease: LoginLease;

  constructor(storage: SessionStorage, account: string, duration: number, clock: Clock) {
    this.#records = new RecordStore(storage, KEY, 'session.token', account);
    const nothing = { addTo: (record: LoginRecord) => record, markShared: () => undefined };
    this.#lease = new LoginLease(this.#records, nothing, duration, clock);
  }

  async take(check: (record: LoginRecord) => void, ending: AbortSignal) {
    await this.#lease.leaving;
    const stored = await this.#records.read(ending);
    check(stored.record);
    return this.#lease.heldFor(stored) > 0 ? undefined : this.#lease.take(stored, ending);
  }

  release = (change?: RecordChange) => this.#lease.release(change);
  releaseSoon = () => this.#lease.releaseSoon();
  claim = (ending?: AbortSignal) => this.#records.claim(ending);
  change = (change: RecordChange) => this.#records.change(change);
}

/** Several processes on one store, as far as the lease is concerned. */
function createProcesses(storage = new MemoryStorage()) {
  const clock = new VirtualClock();
  return {
    clock,
    storage,
    create: ({ account = ACCOUNT, duration = DURATION, ahead = 0 } = {}) =>
      new Process(storage, account, duration, shifted(clock, ahead)),
    record: async (): Promise<LoginRecord> =>
      JSON.parse((await storage.read(KEY))?.value ?? 'null'),
    put: async (text: string) => {
      const stored = await storage.read(KEY);
      const condition = stored ? { ifVersion: stored.version } : { ifAbsent: true as const };
      await storage.write(KEY, text, condition);
    },
  };
}

/** A store that counts what it is asked for, and around whose writes something may happen. */
class WatchedStorage extends MemoryStorage {
  readonly counts = { read: 0, write: 0 };
  before: (() => unknown) | undefined;
  after: (() => unknown) | undefined;

  override read(...parameters: Parameters<MemoryStorage['read']>) {
    this.counts.read += 1;
    return super.read(...parameters);
  }

  override async write(...parameters: Parameters<MemoryStorage['write']>): Promise<string> {
    this.counts.write += 1;
    await this.before?.();
    const version = await super.write(...parameters);
    await this.after?.();
    return version;
  }
}

/** Makes writes fail. */
function fail(): never {
  throw new SessionStorageError('The store is down.', 'unavailable');
}

/** The clock of a machine on which it is later, or earlier. */
function shifted(clock: Clock, ahead: number): Clock {
  return {
    monotonic: () => clock.monotonic() + ahead,
    wall: () => clock.wall() + ahead,
    timer: clock.timer.bind(clock),
    deadline: clock.deadline.bind(clock),
  };
}

describe('the lease', () => {
  it('is created by the first who takes it, and closed to all others until it is given back', async () => {
    const { create, record } = createProcesses();
    const [first, second] = [create(), create()];
    const permit = await first.take(always, signal);
    // Over 3 s before others may take it.
    expect(permit).toEqual({ until: DURATION - 3_000 });
    expect(await record()).toMatchObject({ account: ACCOUNT, holder: { duration: DURATION } });
    expect(await second.take(always, signal)).toBeUndefined();
    await first.release();
    expect(await record()).toMatchObject(EMPTY);
    expect(await second.take(always, signal)).toBeDefined();
    expect(await first.take(always, signal)).toBeUndefined();
  });

  it('has one winner however many take it at once, new or given back', async () => {
    const { create } = createProcesses();
    const leases = Array.from({ length: 50 }, () => create());
    for (let round = 0; round < 2; round++) {
      const permits = await Promise.all(leases.map((lease) => lease.take(always, signal)));
      expect(permits.filter((permit) => permit !== undefined)).toHaveLength(1);
      await Promise.all(leases.map((lease) => lease.release()));
    }
  });

  it('shows the record to the check before anything is changed, also while another holds it', async () => {
    const { create, put, record } = createProcesses();
    const seen: LoginRecord[] = [];
    const refuse = (found: LoginRecord) => {
      seen.push(found);
      throw new Error('blocked');
    };
    await put(formatLoginRecord({ ...EMPTY, refusals: REFUSALS }));
    await expect(create().take(refuse, signal)).rejects.toThrow('blocked');
    expect(await record()).toMatchObject({ holder: null });
    await create().take(always, signal);
    await expect(create().take(refuse, signal)).rejects.toThrow('blocked');
    expect(seen).toMatchObject([{ refusals: REFUSALS }, { refusals: REFUSALS }]);
  });

  it("is taken from a holder that is gone only after it was watched for the holder's whole duration", async () => {
    const { clock, create } = createProcesses();
    await create({ duration: 20_000 }).take(always, signal);
    await clock.advance(HOUR);
    // Its own duration is shorter, and it has not watched yet.
    const watcher = create();
    expect(await watcher.take(always, signal)).toBeUndefined();
    // Nobody looked meanwhile: what was seen outlives the renewal that saw it.
    await clock.advance(19_999);
    expect(await watcher.take(always, signal)).toBeUndefined();
    await clock.advance(1);
    expect(await watcher.take(always, signal)).toBeDefined();
  });

  it('is taken after ten minutes from a holder whose record names a longer time', async () => {
    const { clock, create } = createProcesses();
    await create({ duration: HOUR }).take(always, signal);
    const watcher = create();
    expect(await watcher.take(always, signal)).toBeUndefined();
    await clock.advance(10 * MINUTE - 1);
    expect(await watcher.take(always, signal)).toBeUndefined();
    await clock.advance(1);
    expect(await watcher.take(always, signal)).toBeDefined();
  });

  it('is watched anew whenever the record changes', async () => {
    const { clock, create } = createProcesses();
    const [holder, watcher, operator] = [create(), create(), create()];
    await holder.take(always, signal);
    await watcher.take(always, signal);
    await clock.advance(DURATION - 1);
    await operator.change((record) => ({ ...record, ban: 1 }));
    await clock.advance(1);
    expect(await watcher.take(always, signal)).toBeUndefined();
    await clock.advance(DURATION);
    expect(await watcher.take(always, signal)).toBeDefined();
  });

  it.each([HOUR, -HOUR])(
    'expires alike on a machine whose clock is off by %d ms',
    async (ahead) => {
      const { clock, create } = createProcesses();
      await create().take(always, signal);
      const watchers = [create({ ahead }), create()];
      const look = () => Promise.all(watchers.map((watcher) => watcher.take(always, signal)));
      expect(await look()).toEqual([undefined, undefined]);
      await clock.advance(DURATION - 1);
      expect(await look()).toEqual([undefined, undefined]);
      await clock.advance(1);
      const [permit] = await look();
      expect(permit).toEqual({ until: clock.monotonic() + ahead + DURATION - 3_000 });
    },
  );

  it('stays closed for 3 s after a login, also to who holds it', async () => {
    const { clock, create } = createProcesses();
    const [holder, other] = [create(), create()];
    await holder.take(always, signal);
    holder.releaseSoon();
    await clock.advance(2_999);
    expect(await holder.take(always, signal)).toBeUndefined();
    expect(await other.take(always, signal)).toBeUndefined();
    await clock.advance(1);
    expect(await holder.take(always, signal)).toBeDefined();
    expect(clock.timers).toBe(0);
  });

  it('is not given back by the end of an earlier pause', async () => {
    const { clock, create } = createProcesses();
    const [holder, other] = [create(), create()];
    await holder.take(always, signal);
    // The login was refused, which gives the lease back at once.
    await holder.change((record) => ({ ...record, refusals: REFUSALS }));
    holder.releaseSoon();
    expect(clock.timers).toBe(0);
    await clock.advance(1_000);
    expect(await holder.take(always, signal)).toBeDefined();
    await clock.advance(2_000);
    expect(await other.take(always, signal)).toBeUndefined();
    holder.releaseSoon();
    await clock.advance(2_999);
    expect(await other.take(always, signal)).toBeUndefined();
    await clock.advance(1);
    expect(await other.take(always, signal)).toBeDefined();
  });

  it('is not given back by the end of a pause that a change of the record cut short', async () => {
    const { clock, create } = createProcesses();
    const [holder, other] = [create(), create()];
    await holder.take(always, signal);
    holder.releaseSoon();
    await clock.advance(1_000);
    await holder.change((record) => ({ ...record, refusals: REFUSALS }));
    expect(await holder.take(always, signal)).toBeDefined();
    await clock.advance(2_000);
    expect(await other.take(always, signal)).toBeUndefined();
  });

  it('is had at the next try by who could not learn that it was taken, or could not give it back', async () => {
    const storage = new WatchedStorage();
    const { create } = createProcesses(storage);
    const [holder, other] = [create(), create()];
    storage.after = fail;
    await expect(holder.take(always, signal)).rejects.toMatchObject({ failure: 'unavailable' });
    storage.after = undefined;
    expect(await other.take(always, signal)).toBeUndefined();
    expect(await holder.take(always, signal)).toBeDefined();
    storage.before = fail;
    await expect(holder.release()).rejects.toMatchObject({ failure: 'unavailable' });
    storage.before = undefined;
    expect(await other.take(always, signal)).toBeUndefined();
    expect(await holder.take(always, signal)).toBeDefined();
  });

  it('costs one read and one write, once the store has shown that it writes conditionally', async () => {
    const storage = new WatchedStorage();
    const { create } = createProcesses(storage);
    const holder = create();
    await holder.take(always, signal);
    await holder.release();
    const { read, write } = storage.counts;
    await holder.take(always, signal);
    expect(storage.counts).toEqual({ read: read + 1, write: write + 1 });
  });

  it('is not taken for a caller who has gone', async () => {
    const { create, record } = createProcesses();
    await expect(create().take(always, AbortSignal.abort())).rejects.toThrow('aborted');
    const leaving = new AbortController();
    await expect(create().take(() => leaving.abort(), leaving.signal)).rejects.toThrow('aborted');
    expect(await record()).toBeNull();
  });

  it('is not waited for by a caller who goes while the store hangs', async () => {
    class HangingStorage extends MemoryStorage {
      override read(_key: string, { signal: ending }: StorageOperationOptions = {}) {
        return new Promise<never>((_, reject) => {
          ending?.addEventListener('abort', () => reject(new Error('given up')));
        });
      }
    }
    const leaving = new AbortController();
    const outcomes: unknown[] = [];
    createProcesses(new HangingStorage())
      .create()
      .take(always, leaving.signal)
      .catch((error: unknown) => outcomes.push(error));
    leaving.abort();
    await new Promise(setImmediate);
    expect(outcomes).toEqual([new Error('given up')]);
  });

  it('is not taken again by who is giving it back', async () => {
    const storage = new WatchedStorage();
    const { clock, create } = createProcesses(storage);
    const [holder, other] = [create(), create()];
    await holder.take(always, signal);
    holder.releaseSoon();
    let taken: unknown;
    storage.before = async () => {
      storage.before = undefined;
      taken = await holder.take(always, signal);
    };
    await clock.advance(3_000);
    expect(storage.before).toBeUndefined();
    expect(taken).toBeUndefined();
    expect(await other.take(always, signal)).toBeDefined();
  });

  it('that another has taken over is left alone by a late release', async () => {
    const { clock, create, storage } = createProcesses();
    const [holder, other] = [create(), create()];
    await holder.take(always, signal);
    await other.take(always, signal);
    await clock.advance(DURATION);
    expect(await other.take(always, signal)).toBeDefined();
    const before = await storage.read(KEY);
    await holder.release();
    expect(await storage.read(KEY)).toEqual(before);
  });

  it('can be taken again at once by who holds it without having logged in', async () => {
    const { create } = createProcesses();
    const holder = create();
    await holder.take(always, signal);
    expect(await holder.take(always, signal)).toBeDefined();
  });

  it('is given back at once by a release, which ends the pause', async () => {
    const { clock, create } = createProcesses();
    const [holder, other] = [create(), create()];
    await holder.take(always, signal);
    holder.releaseSoon();
    await holder.release();
    expect(clock.timers).toBe(0);
    expect(await other.take(always, signal)).toBeDefined();
    // Not ours any more.
    await holder.release();
    expect(await create().take(always, signal)).toBeUndefined();
  });
});

describe('the record', () => {
  it("keeps its other fields, and another's holder, when one field is changed", async () => {
    const { create, put, record } = createProcesses();
    const ban = 1_800_000_000_000;
    await put(formatLoginRecord({ ...EMPTY, refusals: REFUSALS, ban }));
    await create().take(always, signal);
    const { holder } = await record();
    await create().change((found) => ({ ...found, ban: ban + 1 }));
    expect(await record()).toMatchObject({ holder, refusals: REFUSALS, ban: ban + 1 });
    expect(holder).not.toBeNull();
  });

  it('loses no change of processes that write at once', async () => {
    const { create, record } = createProcesses();
    await Promise.all([
      create().change((found) => ({ ...found, refusals: REFUSALS })),
      create().change((found) => ({ ...found, ban: 1 })),
    ]);
    expect(await record()).toMatchObject({ refusals: REFUSALS, ban: 1 });
  });

  it('of another account is refused, as a fault of the configuration', async () => {
    const { create, put, record } = createProcesses();
    await put(formatLoginRecord({ ...EMPTY, account: 'another-account' }));
    const before = await record();
    await expect(create().take(always, signal)).rejects.toMatchObject({
      code: 'BETFAIR_CONFIGURATION',
      message: expect.stringContaining('another Betfair account'),
    });
    expect(await record()).toEqual(before);
  });

  it('is claimed once, and left alone where it is there', async () => {
    const storage = new WatchedStorage();
    const { create } = createProcesses(storage);
    const first = create();
    await first.claim(signal);
    await first.claim(signal);
    expect(storage.counts).toEqual({ read: 1, write: 1 });
    await create().claim(signal);
    expect(storage.counts).toEqual({ read: 2, write: 1 });
  });

  it('is tried three times where others change it meanwhile', async () => {
    const storage = new WatchedStorage();
    const { create, put, record } = createProcesses(storage);
    const lease = create();
    let conflicts = 2;
    const change = () => lease.change((found) => ({ ...found, refusals: REFUSALS }));
    storage.before = async () => {
      const { before } = storage;
      storage.before = undefined;
      if (conflicts > 0) await put(formatLoginRecord(EMPTY));
      conflicts -= 1;
      storage.before = before;
    };
    await change();
    expect(await record()).toMatchObject({ refusals: REFUSALS });
    conflicts = 3;
    await expect(change()).rejects.toMatchObject({
      failure: 'unavailable',
      message: expect.stringContaining(`The record "${KEY}" is changed by others`),
    });
    expect(conflicts).toBe(0);
  });

  it('is claimed by one account, also where two claim it at once', async () => {
    const { create } = createProcesses();
    const claims = ['one-account', 'another-account'].map((account) =>
      create({ account }).claim(signal),
    );
    const outcomes = await Promise.allSettled(claims);
    expect(outcomes).toEqual([
      { status: 'fulfilled', value: undefined },
      { status: 'rejected', reason: expect.objectContaining({ code: 'BETFAIR_CONFIGURATION' }) },
    ]);
  });

  it.each(['', 'not JSON', '[]', 'null', '{"holder":{"id":"x","duration":1}}', '{"account":1}'])(
    'is replaced where it holds %j',
    async (text) => {
      const { create, put, record } = createProcesses();
      await put(text);
      expect(await create().take(always, signal)).toBeDefined();
      expect(await record()).toMatchObject({ account: ACCOUNT, holder: { duration: DURATION } });
    },
  );

  it.each([
    { ...EMPTY, holder: { id: 'x' } },
    { ...EMPTY, holder: { id: 'x', duration: -1 } },
    { ...EMPTY, holder: { id: 'x', duration: 0 } },
    { ...EMPTY, holder: { id: 'x', duration: '7000' } },
    { ...EMPTY, holder: { id: 7, duration: 7_000 } },
    { ...EMPTY, holder: 'x', refusals: 'x', ban: 'x' },
    { ...EMPTY, refusals: { f00d: 7 } },
    { account: ACCOUNT },
  ])('counts as free where a field makes no sense: %j', async (fields) => {
    const { create, put } = createProcesses();
    await put(JSON.stringify(fields));
    let seen: LoginRecord | undefined;
    const permit = await create().take((record) => {
      seen = record;
    }, signal);
    expect(permit).toBeDefined();
    expect(seen).toEqual(EMPTY);
  });
});

/** A store that pretends to know conditions, as some that speak S3 do. */
class CarelessStorage extends MemoryStorage {
  constructor(private readonly ignored: 'ifAbsent' | 'ifVersion') {
    super();
  }

  override async write(key: string, value: string, condition: WriteCondition): Promise<string> {
    if (!(this.ignored in condition)) return super.write(key, value, condition);
    const stored = await this.read(key);
    return super.write(key, value, stored ? { ifVersion: stored.version } : { ifAbsent: true });
  }
}

describe.each(['ifAbsent', 'ifVersion'] as const)('a store that ignores %s', (ignored) => {
  it.each(['required', 'best-effort'] as const)(
    'is refused before any login, persistence %s',
    async (persistence) => {
      const account = await createAccount();
      const storage = new CarelessStorage(ignored);
      const { sessions } = await account.start({ storage, persistence });
      await expect(sessions.getSession()).rejects.toMatchObject({
        code: 'BETFAIR_STORAGE_UNSUPPORTED',
        message: expect.stringContaining('ignores conditional writes'),
        retryable: false,
      });
      expect(account.simulator.counts.loginAttempts).toBe(0);
    },
  );

  it('is refused to each process at once: none waits for the lease of another', async () => {
    const { clock, create } = createProcesses(new CarelessStorage(ignored));
    for (const lease of [create(), create()]) {
      await expect(lease.take(always, signal)).rejects.toMatchObject({ failure: 'unsupported' });
      await clock.settle();
    }
    expect(clock.monotonic()).toBe(0);
  });
});

/** Services of one account on one clock. */
async function createFleet() {
  const clock = new VirtualClock();
  const account = await createAccount();
  const { inner } = account.storage;
  const lease = async () => (await inner.read(`${account.key}.lease`))?.value ?? '';
  const putLease = async (change: (record: LoginRecord) => Partial<LoginRecord>) => {
    const stored = await inner.read(`${account.key}.lease`);
    const record: LoginRecord = JSON.parse(stored?.value ?? '');
    const changed = formatLoginRecord({ ...record, ...change(record) });
    await inner.write(`${account.key}.lease`, changed, { ifVersion: stored?.version ?? '' });
  };
  const deleteLease = async () => {
    const stored = await inner.read(`${account.key}.lease`);
    await inner.delete(`${account.key}.lease`, { ifVersion: stored?.version ?? '' });
  };
  const start = async (overrides = {}) => (await account.start(overrides, clock)).sessions;
  return { ...account, clock, lease, putLease, deleteLease, start };
}

describe('what a fleet knows about logins', () => {
  const BANNED = { reply: { loginStatus: 'TEMPORARY_BAN_TOO_MANY_REQUESTS' } };
  const LOCKED = { reply: { loginStatus: 'ACCOUNT_NOW_LOCKED' } };
  const rejected = { code: 'BETFAIR_LOGIN_REJECTED', retryable: false };
  const banned = { code: 'BETFAIR_LOGIN_BLOCKED', retryable: true };

  it('a refusal binds whoever has the same credentials, and nobody else', async () => {
    const { clock, simulator, start } = await createFleet();
    const first = await start({ password: 'wrong' });
    await expect(clock.until(first.getSession())).rejects.toMatchObject(rejected);
    const second = await start({ password: 'wrong' });
    await expect(clock.until(second.getSession())).rejects.toMatchObject(rejected);
    expect(simulator.counts.loginAttempts).toBe(1);
    await clock.until((await start()).getSession());
    expect(simulator.counts).toMatchObject({ loginAttempts: 2, logins: 1 });
  });

  it('two wrong passwords are one attempt each, however long their processes run', async () => {
    const { clock, simulator, start } = await createFleet();
    const services = [await start({ password: 'wrong' }), await start({ password: 'worse' })];
    for (let round = 0; round < 20; round++) {
      for (const sessions of services) {
        await expect(clock.until(sessions.getSession())).rejects.toMatchObject(rejected);
      }
      await clock.advance(DURATION);
    }
    expect(simulator.counts.loginAttempts).toBe(2);
  });

  it('a ban binds everybody until it ends', async () => {
    const { clock, simulator, start } = await createFleet();
    await clock.advance(HOUR);
    simulator.fail('certLogin', BANNED);
    await expect(clock.until((await start()).getSession())).rejects.toMatchObject(banned);
    const second = await start();
    await expect(clock.until(second.getSession())).rejects.toMatchObject({
      ...banned,
      until: new Date(clock.wall() + 20 * MINUTE),
    });
    await clock.advance(19 * MINUTE);
    await expect(clock.until(second.getSession())).rejects.toMatchObject(banned);
    await clock.advance(MINUTE);
    await clock.until(second.getSession());
    expect(simulator.counts).toMatchObject({ loginAttempts: 2, logins: 1 });
  });

  it('a ban that the record holds ends after 25 minutes, whatever the record and the clocks say', async () => {
    const { clock, simulator, start, putLease } = await createFleet();
    await clock.until((await start()).getSession());
    await clock.advance(MINUTE);
    simulator.endSessions();
    await putLease(() => ({ ban: clock.wall() + 10 * HOUR }));
    const sessions = await start();
    for (let minute = 0; minute < 25; minute++) {
      await expect(clock.until(sessions.getSession())).rejects.toMatchObject(banned);
      clock.setWallBack(MINUTE);
      await clock.advance(MINUTE);
    }
    await clock.until(sessions.getSession());
    expect(simulator.counts).toMatchObject({ loginAttempts: 2, logins: 2 });
  });

  it('the refusals of the last twenty credentials are kept', async () => {
    const { clock, simulator, lease, putLease, start } = await createFleet();
    await clock.until((await start()).getSession());
    await clock.advance(MINUTE);
    simulator.endSessions();
    const known = Array.from({ length: 20 }, (_, index) => [`f${index}`, 'CLOSED'] as const);
    await putLease(() => ({ refusals: Object.fromEntries(known) }));
    const sessions = await start({ password: 'wrong' });
    await expect(clock.until(sessions.getSession())).rejects.toMatchObject(rejected);
    const { refusals }: LoginRecord = JSON.parse(await lease());
    expect(Object.entries(refusals)).toEqual([
      ...known.slice(1),
      [expect.any(String), 'INVALID_USERNAME_OR_PASSWORD'],
    ]);
  });

  it.each([
    ['a refusal', 'unblockLogin() in any process'],
    ['a refusal', 'deleting the record'],
    ['a ban', 'unblockLogin() in any process'],
    ['a ban', 'deleting the record'],
  ] as const)('%s is lifted for all of it by %s', async (what, how) => {
    const { clock, simulator, start, deleteLease } = await createFleet();
    const [answer, obstacle] = what === 'a ban' ? [BANNED, banned] : [LOCKED, rejected];
    // One that is refused, one that only reads of it, and one that has logged in before.
    const veteran = await start();
    await clock.until(veteran.getSession());
    await clock.until(veteran.logout());
    const services = [await start(), await start(), veteran];
    await clock.advance(DURATION);
    simulator.fail('certLogin', answer);
    for (const sessions of services) {
      await expect(clock.until(sessions.getSession())).rejects.toMatchObject(obstacle);
    }
    const operator = await start();
    if (how === 'deleting the record') await deleteLease();
    else await operator.unblockLogin();
    // Each looks at the record once per duration of the lease.
    await clock.advance(DURATION);
    const sessions = await clock.until(Promise.all(services.map((s) => s.getSession())));
    expect(new Set(sessions.map(({ token }) => token)).size).toBe(1);
    expect(simulator.counts).toMatchObject({ loginAttempts: 3, logins: 2 });
  });

  it('is written down without a secret: neither names, nor passwords, nor keys, nor tokens', async () => {
    const { clock, simulator, start, lease } = await createFleet();
    const { username, password, applicationKey, certificate } = simulator.options();
    const wrong = 'CANARY-wrong-password';
    const texts: string[] = [];
    await expect(clock.until((await start({ password: wrong })).getSession())).rejects.toThrow();
    texts.push(await lease());
    const { token } = await clock.until((await start()).getSession());
    texts.push(await lease());
    await clock.advance(3_000);
    simulator.endSessions();
    simulator.fail('certLogin', BANNED);
    await expect(clock.until((await start()).getSession())).rejects.toMatchObject(banned);
    texts.push(await lease());
    expect(JSON.parse(texts[2] ?? '')).toMatchObject({
      refusals: expect.any(Object),
      ban: expect.any(Number),
    });
    expect(Object.entries(JSON.parse(texts[2] ?? '').refusals)).toEqual([
      [expect.stringMatching(/^[0-9a-f]{64}$/), 'INVALID_USERNAME_OR_PASSWORD'],
    ]);
    const [, keyLine = ''] = certificate.key.split('\n');
    expect(keyLine).not.toBe('');
    for (const secret of [username, password, wrong, applicationKey, token, keyLine]) {
      expect(texts.join('\n')).not.toContain(secret);
      expect(texts.join('\n')).not.toContain(encodeURIComponent(secret));
      expect(texts.join('\n')).not.toContain(Buffer.from(secret).toString('base64'));
    }
  });
});
