import { formatLoginRecord, type LoginRecord } from '../../lib/login/lease/lease.record.js';
import {
  ACCOUNT,
  createProcesses,
  DURATION,
  EMPTY,
  KEY,
  REFUSALS,
  WatchedStorage,
} from './support/processes.js';

const refuse = (record: LoginRecord) => ({ ...record, refusals: REFUSALS });

describe('a change of the record', () => {
  it("keeps the other fields, and another's holder", async () => {
    const { create, put, record } = createProcesses();
    const ban = 1_800_000_000_000;
    const place = { code: 'BETTING_RESTRICTED_LOCATION', until: ban };
    const staleCodes = { times: 2, until: ban };
    await put(formatLoginRecord({ ...refuse(EMPTY), places: { host: place }, staleCodes, ban }));
    await create().take();
    const { holder } = await record();
    await create().records.change((found) => ({ ...found, ban: ban + 1 }));
    expect(await record()).toMatchObject({
      holder,
      refusals: REFUSALS,
      places: { host: place },
      staleCodes,
      ban: ban + 1,
    });
    expect(holder).not.toBeNull();
  });

  it('is not lost if processes write at once', async () => {
    const { create, record } = createProcesses();
    await Promise.all([
      create().records.change(refuse),
      create().records.change((found) => ({ ...found, ban: 1 })),
    ]);
    expect(await record()).toMatchObject({ refusals: REFUSALS, ban: 1 });
  });

  it('writes nothing if it changes nothing, so that no process starts to watch the holder again', async () => {
    const storage = new WatchedStorage();
    const { records } = createProcesses(storage).create();
    await records.change(refuse);
    const { write } = storage.counts;
    await records.change((found) => found);
    expect(storage.counts.write).toBe(write);
  });

  it('is tried on a record that is known first, without a read', async () => {
    const storage = new WatchedStorage();
    const { create, record } = createProcesses(storage);
    const { records } = create();
    await records.change(refuse);
    const known = await records.read();
    const { read } = storage.counts;
    await records.change((found) => ({ ...found, ban: 1 }), undefined, known);
    expect(storage.counts.read).toBe(read);
    // That version is gone by now, and what replaced it is kept.
    await records.change((found) => ({ ...found, tested: true }), undefined, known);
    expect(storage.counts.read).toBe(read + 1);
    expect(await record()).toMatchObject({ refusals: REFUSALS, ban: 1, tested: true });
  });

  it('is tried five times while others change the record', async () => {
    const storage = new WatchedStorage();
    const { create, put, record } = createProcesses(storage);
    const { records } = create();
    let conflicts = 0;
    const interfere = async () => {
      if (conflicts === 0) return;
      conflicts -= 1;
      storage.before = undefined;
      await put(formatLoginRecord(EMPTY));
      storage.before = interfere;
    };
    storage.before = interfere;
    conflicts = 4;
    await records.change(refuse);
    expect(await record()).toMatchObject({ refusals: REFUSALS });
    conflicts = 6;
    await expect(records.change((found) => ({ ...found, ban: 1 }))).rejects.toMatchObject({
      failure: 'unavailable',
      message: expect.stringContaining(`"${KEY}": others changed it at each of 5 attempts`),
    });
    expect(conflicts).toBe(1);
  });
});

describe('the account of a record', () => {
  it('is refused to another one, as a fault of the configuration, and nothing is changed', async () => {
    const { create, put, storage } = createProcesses();
    await put(formatLoginRecord({ ...EMPTY, account: 'another-account' }));
    const before = await storage.read(KEY);
    const { records } = create();
    const foreign = {
      code: 'BETFAIR_CONFIGURATION',
      message: expect.stringContaining('belongs to another Betfair account'),
    };
    await expect(records.read()).rejects.toMatchObject(foreign);
    await expect(records.claim()).rejects.toMatchObject(foreign);
    await expect(records.change(refuse)).rejects.toMatchObject(foreign);
    expect(await storage.read(KEY)).toEqual(before);
  });

  it('says which objects to delete if the other account is used no more', async () => {
    const { create, put } = createProcesses();
    await put(formatLoginRecord({ ...EMPTY, account: 'another-account' }));
    const message = expect.stringContaining(`delete "${KEY}" and "session.token" from the store`);
    await expect(create().records.read()).rejects.toMatchObject({ message });
  });

  it('is claimed once, and left alone if it is there', async () => {
    const storage = new WatchedStorage();
    const { create, record } = createProcesses(storage);
    const { records } = create();
    await records.claim();
    await records.claim();
    await create().records.claim();
    expect(storage.counts).toEqual({ read: 3, write: 1 });
    expect(await record()).toMatchObject({ account: ACCOUNT, holder: null });
  });

  it("is claimed if the record is nobody's, which keeps what it says", async () => {
    const { create, put, record } = createProcesses();
    await put(formatLoginRecord({ ...refuse(EMPTY), account: null }));
    await create().records.claim();
    expect(await record()).toMatchObject({ account: ACCOUNT, refusals: REFUSALS });
  });

  it('is claimed by one only, if two claim it at once', async () => {
    const { create } = createProcesses();
    const claims = ['one-account', 'another-account'].map((account) =>
      create({ account }).records.claim(),
    );
    expect(await Promise.allSettled(claims)).toEqual([
      expect.objectContaining({ status: 'fulfilled' }),
      { status: 'rejected', reason: expect.objectContaining({ code: 'BETFAIR_CONFIGURATION' }) },
    ]);
  });
});

describe('a record that was damaged', () => {
  it.each(['', 'not JSON', '[]', 'null', '7', '{"account":1}'])(
    'is replaced if it holds %j',
    async (text) => {
      const { create, put, record } = createProcesses();
      await put(text);
      expect(await create().take()).toBeDefined();
      expect(await record()).toMatchObject({ account: null, holder: { duration: DURATION } });
    },
  );

  it.each([
    { ...EMPTY, holder: { id: 'x' } },
    { ...EMPTY, holder: { id: 'x', duration: -1 } },
    { ...EMPTY, holder: { id: 'x', duration: 0 } },
    { ...EMPTY, holder: { id: 'x', duration: '7000' } },
    { ...EMPTY, holder: { id: 7, duration: 7_000 } },
    { ...EMPTY, holder: 'x', refusals: 'x', places: 'x', staleCodes: 'x', ban: 'x', tested: 'x' },
    { ...EMPTY, refusals: { f00d: 7 }, places: { host: { code: 'X' } }, staleCodes: { times: 1 } },
    { ...EMPTY, places: { host: { code: 7, until: 7 } }, staleCodes: { times: '1', until: 7 } },
    { account: ACCOUNT },
  ])('is free, and read without the fields that make no sense: %j', async (fields) => {
    const { create, put } = createProcesses();
    await put(JSON.stringify(fields));
    const process = create();
    expect((await process.records.read()).record).toEqual(EMPTY);
    expect(await process.take()).toBeDefined();
  });
});
