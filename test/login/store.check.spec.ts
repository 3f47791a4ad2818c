import { MemoryStorage, type WriteCondition } from 'nestjs-betfair-session';
import { closeAccounts, createAccount } from '../support/account.js';
import { createProcesses, WatchedStorage } from './support/processes.js';

afterEach(closeAccounts);

/** A store that pretends to know conditions, as some that speak S3 do. */
class CarelessStorage extends MemoryStorage {
  override readonly conditionalWrites = 'probe';

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
    for (const process of [create(), create()]) {
      await expect(process.permit()).rejects.toMatchObject({ failure: 'unsupported' });
      await clock.settle();
      expect(process.waits).toEqual([]);
    }
    expect(clock.monotonic()).toBe(0);
  });
});

/** A store of which each text is changed before it is kept. */
class ChangingStorage extends MemoryStorage {
  override readonly conditionalWrites = 'probe';

  constructor(private readonly kept: (text: string) => string) {
    super();
  }

  override write(key: string, value: string, condition: WriteCondition): Promise<string> {
    return super.write(key, this.kept(value), condition);
  }
}

describe.each([
  ['cuts what is too long for its column', (text: string) => text.slice(0, 64)],
  ['writes in capitals', (text: string) => text.toUpperCase()],
  ['keeps nothing of it', () => ''],
])('a store that %s', (_, kept) => {
  it('is refused before any login: what processes tell each other would be lost', async () => {
    const account = await createAccount();
    const { sessions } = await account.start({ storage: new ChangingStorage(kept) });
    await expect(sessions.getSession()).rejects.toMatchObject({
      code: 'BETFAIR_STORAGE_MISCONFIGURED',
      message: expect.stringContaining('does not return what was written'),
    });
    expect(account.simulator.counts.loginAttempts).toBe(0);
  });
});

describe('a store that says that it writes conditionally', () => {
  it('is not tested, and the record says nothing of a test', async () => {
    const storage = new WatchedStorage();
    const { clock, create, record } = createProcesses(storage);
    const process = create({ isToBeTested: false });
    expect(await process.permit()).toHaveProperty('until');
    expect(storage.counts).toEqual({ read: 2, write: 1 });
    process.lease.releaseSoon((found) => found);
    await clock.advance(3_000);
    expect(await record()).toMatchObject({ holder: null, tested: false });
  });
});

describe('a store that writes conditionally', () => {
  it('is tested once, which the record says, before the first login', async () => {
    const storage = new WatchedStorage();
    const { clock, create, record } = createProcesses(storage);
    const first = create();
    expect(await first.permit()).toHaveProperty('until');
    // The record is read, created, taken, written twice in vain and read again; the token is read.
    expect(storage.counts).toEqual({ read: 3, write: 4 });
    first.lease.releaseSoon((found) => ({ ...found, tested: true }));
    await clock.advance(3_000);
    expect(await record()).toMatchObject({ holder: null, tested: true });
    const { read, write } = storage.counts;
    expect(await create().permit()).toHaveProperty('until');
    expect(storage.counts).toEqual({ read: read + 2, write: write + 1 });
  });

  it('is tested on a record that is there already too', async () => {
    const storage = new WatchedStorage();
    const process = createProcesses(storage).create();
    await process.records.claim();
    const { read, write } = storage.counts;
    expect(await process.permit()).toHaveProperty('until');
    expect(storage.counts).toEqual({ read: read + 3, write: write + 3 });
  });

  it('is noted as tested also if another process turns out to have logged in', async () => {
    const { create, record, storeToken } = createProcesses();
    await storeToken('A'.repeat(44));
    const process = create();
    expect(await process.permit()).toHaveProperty('moved.token', 'A'.repeat(44));
    expect(await record()).toMatchObject({ holder: null, tested: true });
  });
});
