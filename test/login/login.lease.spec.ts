import { formatLoginRecord, markTested } from '../../lib/login/lease/lease.record.js';
import {
  createProcesses,
  DURATION,
  EMPTY,
  fail,
  HangingStorage,
  KEY,
  type Process,
  REFUSALS,
  WatchedStorage,
} from './support/processes.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('the lease', () => {
  it('is closed to all others from the take until it is given back', async () => {
    const { create, record } = createProcesses();
    const [first, second] = [create(), create()];
    // Over 3 s before others may take it.
    expect(await first.take()).toEqual({ until: DURATION - 3_000 });
    expect(await record()).toMatchObject({
      account: null,
      holder: { duration: DURATION },
    });
    expect(await second.take()).toBeUndefined();
    await first.lease.release();
    // Nobody's until a token is stored.
    expect(await record()).toMatchObject({ ...EMPTY, account: null });
    expect(await second.take()).toBeDefined();
    expect(await first.take()).toBeUndefined();
  });

  it('has one winner however many take it at once, new or given back', async () => {
    const { create } = createProcesses();
    const processes = Array.from({ length: 50 }, () => create());
    for (let round = 0; round < 2; round++) {
      const permits = await Promise.all(processes.map((process) => process.take()));
      expect(permits.filter((permit) => permit !== undefined)).toHaveLength(1);
      await Promise.all(processes.map(({ lease }) => lease.release()));
    }
  });

  it('costs one read and one write', async () => {
    const storage = new WatchedStorage();
    const holder = createProcesses(storage).create();
    await holder.take();
    expect(storage.counts).toEqual({ read: 1, write: 1 });
    // From the version that the take returned.
    await holder.lease.release();
    expect(storage.counts).toEqual({ read: 1, write: 2 });
  });

  it('can be taken again at once by a holder that has not logged in', async () => {
    const holder = createProcesses().create();
    await holder.take();
    expect(await holder.take()).toBeDefined();
  });

  it('is taken at the next try if the answer to the take or to its release was lost', async () => {
    const storage = new WatchedStorage();
    const { create } = createProcesses(storage);
    const [holder, other] = [create(), create()];
    storage.after = fail;
    await expect(holder.take()).rejects.toMatchObject({ failure: 'unavailable' });
    storage.after = undefined;
    expect(await other.take()).toBeUndefined();
    expect(await holder.take()).toBeDefined();
    storage.before = fail;
    await expect(holder.lease.release()).rejects.toMatchObject({ failure: 'unavailable' });
    storage.before = undefined;
    expect(await other.take()).toBeUndefined();
    expect(await holder.take()).toBeDefined();
  });

  it('is given back although the answer to the take was lost', async () => {
    const storage = new WatchedStorage();
    const { create } = createProcesses(storage);
    const holder = create();
    storage.after = fail;
    await expect(holder.take()).rejects.toMatchObject({ failure: 'unavailable' });
    storage.after = undefined;
    await holder.lease.release();
    expect(await create().take()).toBeDefined();
  });

  it('is left alone by a late release if another process has taken it over', async () => {
    const { clock, create, storage } = createProcesses();
    const [holder, other] = [create(), create()];
    await holder.take();
    await other.take();
    await clock.advance(DURATION);
    expect(await other.take()).toBeDefined();
    const before = await storage.read(KEY);
    await holder.lease.release();
    expect(await storage.read(KEY)).toEqual(before);
  });

  it('is not taken for a caller who has gone', async () => {
    const { create, record } = createProcesses();
    await expect(create().take(AbortSignal.abort())).rejects.toThrow('aborted');
    expect(await record()).toBeNull();
  });

  it('is not waited for by a caller who goes while the store hangs', async () => {
    const leaving = new AbortController();
    const permit = createProcesses(new HangingStorage('read')).create().permit(leaving.signal);
    leaving.abort(new Error('given up'));
    await expect(permit).rejects.toThrow('given up');
  });
});

describe('the lease of a holder that is gone', () => {
  it("is taken only after it was watched for the holder's whole duration", async () => {
    const { clock, create } = createProcesses();
    await create({ duration: 20_000 }).take();
    await clock.advance(HOUR);
    // Its own duration is shorter, and it has not watched yet.
    const watcher = create();
    expect(await watcher.take()).toBeUndefined();
    // Nobody looked meanwhile: what was seen outlives the renewal that saw it.
    await clock.advance(19_999);
    expect(await watcher.take()).toBeUndefined();
    await clock.advance(1);
    expect(await watcher.take()).toBeDefined();
  });

  it('is taken after ten minutes if the record names a longer time', async () => {
    const { clock, create } = createProcesses();
    await create({ duration: HOUR }).take();
    const watcher = create();
    expect(await watcher.take()).toBeUndefined();
    await clock.advance(10 * MINUTE - 1);
    expect(await watcher.take()).toBeUndefined();
    await clock.advance(1);
    expect(await watcher.take()).toBeDefined();
  });

  it('is free for who lives too short to watch its holder, once that is hours old', async () => {
    const { clock, create, record } = createProcesses();
    await create().take();
    await clock.advance(3 * HOUR);
    expect(await create().take()).toBeUndefined();
    await clock.advance(1);
    expect(await create().take()).toBeDefined();
    expect((await record()).holder).toMatchObject({ since: clock.wall() });
  });

  it('is watched for as long whatever else is written meanwhile, and anew when it has another holder', async () => {
    const { clock, create } = createProcesses();
    const [holder, watcher, operator] = [create(), create(), create()];
    await holder.take();
    await watcher.take();
    await clock.advance(DURATION - 1);
    await operator.records.change((record) => ({ ...record, ban: 1 }));
    expect(await watcher.take()).toBeUndefined();
    await clock.advance(1);
    expect(await watcher.take()).toBeDefined();
    expect(await operator.take()).toBeUndefined();
    await clock.advance(DURATION - 1);
    expect(await operator.take()).toBeUndefined();
    await clock.advance(1);
    expect(await operator.take()).toBeDefined();
  });

  it.each([HOUR, -HOUR])(
    'expires alike on a machine whose clock is off by %d ms',
    async (ahead) => {
      const { clock, create } = createProcesses();
      await create().take();
      const watchers = [create({ ahead }), create()];
      const look = () => Promise.all(watchers.map((watcher) => watcher.take()));
      expect(await look()).toEqual([undefined, undefined]);
      await clock.advance(DURATION - 1);
      expect(await look()).toEqual([undefined, undefined]);
      await clock.advance(1);
      const [permit] = await look();
      expect(permit).toEqual({ until: clock.monotonic() + ahead + DURATION - 3_000 });
    },
  );
});

/** A process that has logged in, another one, and a look at whether each would get the lease now. */
async function afterLogin(storage?: WatchedStorage) {
  const processes = createProcesses(storage);
  const [holder, other] = [processes.create(), processes.create()];
  await holder.take();
  holder.lease.releaseSoon(markTested);
  return { ...processes, holder, other };
}

/** Tells if the lease was got, as far as is known yet. */
function watch(process: Process) {
  const seen = { got: false };
  const note = async () => {
    await process.permit();
    seen.got = true;
  };
  void note();
  return seen;
}

describe('after a login', () => {
  it('the lease stays closed for 3 s to all others', async () => {
    const { clock, other } = await afterLogin();
    await clock.advance(2_999);
    expect(await other.take()).toBeUndefined();
    await clock.advance(1);
    expect(await other.take()).toBeDefined();
    expect(clock.timers).toBe(0);
  });

  it('the lease stays closed for 3 s to the holder too, who waits without asking the store', async () => {
    const storage = new WatchedStorage();
    const { clock, holder } = await afterLogin(storage);
    const { operations } = storage;
    const seen = watch(holder);
    await clock.advance(2_999);
    expect(storage.operations).toBe(operations);
    expect(seen.got).toBe(false);
    await clock.advance(1);
    expect(seen.got).toBe(true);
    // Nobody else was waited for.
    expect(holder.waits).toEqual([]);
  });

  it('the holder waits for its own release until it is written', async () => {
    const storage = new WatchedStorage();
    const { clock, holder } = await afterLogin(storage);
    const answers: (() => void)[] = [];
    storage.before = () => new Promise<void>((resolve) => answers.push(resolve));
    const seen = watch(holder);
    await clock.advance(10_000);
    expect(seen.got).toBe(false);
    storage.before = undefined;
    for (const answer of answers) answer();
    await clock.settle();
    expect(seen.got).toBe(true);
  });

  it('a release leaves the rest of the 3 s to those who watch the record', async () => {
    const { clock, holder, other, record } = await afterLogin();
    await clock.advance(1_000);
    await holder.lease.release();
    expect(clock.timers).toBe(0);
    expect(await record()).toMatchObject({ holder: { duration: 2_000 } });
    expect(await other.take()).toBeUndefined();
    // Not its own any more.
    expect(await holder.take()).toBeUndefined();
    await clock.advance(1_999);
    expect(await other.take()).toBeUndefined();
    await clock.advance(1);
    expect(await other.take()).toBeDefined();
    await holder.lease.release();
    expect(await holder.take()).toBeUndefined();
  });

  it('a change goes with the release, whenever it comes', async () => {
    const { clock, create, record } = createProcesses();
    const [patient, hasty] = [create(), create()];
    await patient.take();
    patient.lease.releaseSoon((found) => ({ ...found, tested: true }));
    await clock.advance(3_000);
    expect(await record()).toMatchObject({ holder: null, tested: true });
    await hasty.take();
    hasty.lease.releaseSoon((found) => ({ ...found, account: null }));
    await hasty.lease.release();
    expect(await record()).toMatchObject({ account: null, tested: true });
  });

  it('a release that fails is not repeated: others see the lease expire', async () => {
    const storage = new WatchedStorage();
    const { clock, other } = await afterLogin(storage);
    storage.before = fail;
    await clock.advance(3_000);
    storage.before = undefined;
    const { operations } = storage;
    await clock.advance(HOUR);
    expect(storage.operations).toBe(operations);
    expect(await other.take()).toBeUndefined();
    await clock.advance(DURATION);
    expect(await other.take()).toBeDefined();
  });
});

describe('a lease that was given back early', () => {
  it('is not given back once more by the end of an earlier pause', async () => {
    const { clock, create } = createProcesses();
    const [holder, other] = [create(), create()];
    await holder.take();
    // The login was refused, which gives the lease back at once.
    await holder.lease.release((record) => ({ ...record, refusals: REFUSALS }));
    holder.lease.releaseSoon(markTested);
    expect(clock.timers).toBe(0);
    await clock.advance(1_000);
    expect(await holder.take()).toBeDefined();
    await clock.advance(2_000);
    expect(await other.take()).toBeUndefined();
    holder.lease.releaseSoon(markTested);
    await clock.advance(2_999);
    expect(await other.take()).toBeUndefined();
    await clock.advance(1);
    expect(await other.take()).toBeDefined();
  });

  it('is not given back once more by the end of the pause that was cut short', async () => {
    const { clock, holder, other } = await afterLogin();
    await clock.advance(1_000);
    await holder.lease.release();
    expect(await holder.take()).toBeUndefined();
    await clock.advance(2_000);
    expect(await holder.take()).toBeDefined();
    await clock.advance(DURATION - 1);
    expect(await other.take()).toBeUndefined();
  });
});

describe('a closed process', () => {
  it('hands over the lease, and never writes to the record again', async () => {
    const storage = new WatchedStorage();
    const { create } = createProcesses(storage);
    const [holder, other] = [create(), create()];
    await holder.take();
    await holder.lease.close(new AbortController().signal);
    expect(await other.take()).toBeDefined();
    const { operations } = storage;
    holder.lease.releaseSoon(markTested);
    await holder.lease.release();
    await holder.lease.tell();
    expect(storage.operations).toBe(operations);
  });

  it('gives up the hand-over when its time is over, without an error', async () => {
    const storage = new HangingStorage('release');
    const holder = createProcesses(storage).create();
    await holder.take();
    holder.lease.releaseSoon(markTested);
    const closing = new AbortController();
    const closed = holder.lease.close(closing.signal);
    await new Promise(setImmediate);
    expect(storage.hanging).toBe(1);
    closing.abort(new Error('out of time'));
    await expect(closed).resolves.toBeUndefined();
  });
});

describe('a process that waits for the lease', () => {
  it('says so once, with the longest time that it takes', async () => {
    const { clock, create } = createProcesses();
    await create().take();
    const waiting = create();
    await clock.until(waiting.permit());
    expect(clock.monotonic()).toBe(DURATION);
    expect(waiting.waits).toEqual([DURATION]);
  });

  it('goes on with the token that the holder stores', async () => {
    const { clock, create, storeToken } = createProcesses();
    await create().take();
    const waiting = create().permit();
    await clock.advance(500);
    await storeToken('A'.repeat(44));
    expect(await clock.until(waiting)).toHaveProperty('moved.token', 'A'.repeat(44));
    expect(clock.monotonic()).toBeLessThan(3_000);
  });

  it('is told at once of what holds logins back, and changes nothing', async () => {
    const { clock, create, put, record, storage } = createProcesses();
    const holder = { id: 'another', duration: DURATION };
    await put(formatLoginRecord({ ...EMPTY, holder, ban: clock.wall() + MINUTE }));
    const before = await storage.read(KEY);
    const waiting = create();
    await expect(waiting.permit()).rejects.toMatchObject({ code: 'BETFAIR_LOGIN_BLOCKED' });
    expect(waiting.obstacles).toHaveLength(1);
    expect(clock.monotonic()).toBe(0);
    expect(await storage.read(KEY)).toEqual(before);
    expect(await record()).toMatchObject({ holder });
  });
});
