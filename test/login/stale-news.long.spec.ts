import {
  MemoryStorage,
  SessionStorageError,
  type SessionStorage,
  type WriteCondition,
} from 'nestjs-betfair-session';
import { closeAccounts } from '../support/account.js';
import { createFleet } from './support/fleet.js';

const MINUTE = 60_000;
const rejected = { code: 'BETFAIR_LOGIN_REJECTED' };

/** The network between one process and the store that others reach. */
class Cable {
  isCut = false;

  constructor(private readonly storage: SessionStorage) {}

  async read(key: string) {
    this.#assertWhole();
    return this.storage.read(key);
  }

  async write(key: string, value: string, condition: WriteCondition) {
    this.#assertWhole();
    return this.storage.write(key, value, condition);
  }

  async delete(key: string, condition: { readonly ifVersion: string }) {
    this.#assertWhole();
    return this.storage.delete(key, condition);
  }

  #assertWhole(): void {
    if (this.isCut) throw new SessionStorageError('The store is down.', 'unavailable');
  }
}

afterEach(closeAccounts);

/** One process that is cut off from the store and refused meanwhile, and one that is not. */
async function createCutOff() {
  const fleet = await createFleet();
  const { clock, simulator, start, storage } = fleet;
  const cable = new Cable(storage.inner);
  const cutOff = await start({ storage: cable, persistence: 'best-effort' });
  const operator = await start();
  // It knows the record.
  await clock.until(cutOff.getSession());
  await clock.advance(MINUTE);
  await clock.until(cutOff.logout());
  simulator.account().loginCode = 'ACCOUNT_NOW_LOCKED';
  cable.isCut = true;
  await expect(clock.until(cutOff.getSession())).rejects.toMatchObject(rejected);
  simulator.account().loginCode = undefined;
  const reconnect = async () => {
    cable.isCut = false;
    await clock.advance(MINUTE);
  };
  return { ...fleet, cutOff, operator, reconnect };
}

describe('what a process learned while it was cut off from the store', () => {
  it('is told once the store is back', async () => {
    const { clock, cutOff, operator, reconnect, record, simulator } = await createCutOff();
    const { loginAttempts } = simulator.counts;
    await reconnect();
    await expect(clock.until(cutOff.getSession())).rejects.toMatchObject(rejected);
    expect(Object.values((await record()).refusals)).toEqual(['ACCOUNT_NOW_LOCKED']);
    await expect(clock.until(operator.getSession())).rejects.toMatchObject(rejected);
    expect(simulator.counts.loginAttempts).toBe(loginAttempts);
  });

  it('is told also if it had logged in without the store before that', async () => {
    const fleet = await createFleet();
    const { clock, record, simulator, start, storage } = fleet;
    const cable = new Cable(storage.inner);
    const sessions = await start({ storage: cable, persistence: 'best-effort' });
    await clock.until(sessions.getSession());
    await clock.advance(MINUTE);
    cable.isCut = true;
    const session = sessions.current;
    simulator.endSessions();
    if (session) await clock.until(sessions.refresh(session));
    await clock.advance(MINUTE);
    await clock.until(sessions.logout());
    simulator.account().loginCode = 'ACCOUNT_NOW_LOCKED';
    await expect(clock.until(sessions.getSession())).rejects.toMatchObject(rejected);
    const { loginAttempts } = simulator.counts;
    cable.isCut = false;
    await clock.advance(MINUTE);
    await expect(clock.until(sessions.getSession())).rejects.toMatchObject(rejected);
    expect(simulator.counts.loginAttempts).toBe(loginAttempts);
    expect(Object.values((await record()).refusals)).toEqual(['ACCOUNT_NOW_LOCKED']);
  });

  it('takes nothing back that others have counted meanwhile', async () => {
    const { changeRecord, clock, cutOff, record, reconnect, simulator } = await createCutOff();
    const later = { times: 4, until: clock.wall() + 10 * MINUTE };
    await changeRecord(() => ({ lostLogins: later, staleCodes: later }));
    await reconnect();
    await expect(clock.until(cutOff.getSession())).rejects.toMatchObject(rejected);
    expect(await record()).toMatchObject({ lostLogins: later, staleCodes: later });
    expect(simulator.counts.loginAttempts).toBe(2);
  });

  it.each(['unblockLogin()', 'a login'])('holds no more after %s elsewhere', async (what) => {
    const { clock, cutOff, operator, reconnect, record } = await createCutOff();
    if (what === 'a login') {
      await clock.until(operator.getSession());
      await clock.advance(MINUTE);
      await clock.until(operator.logout());
    } else await operator.unblockLogin();
    await reconnect();
    await clock.until(cutOff.getSession());
    await clock.advance(MINUTE);
    expect((await record()).refusals).toEqual({});
  });
});

describe('lost logins', () => {
  it.each(['mem://', 'a store that is down'])('are counted in memory with %s', async (what) => {
    const { clock, simulator, start } = await createFleet();
    const cable = new Cable(new MemoryStorage());
    cable.isCut = true;
    const storage = what === 'mem://' ? what : cable;
    const sessions = await start({ storage, persistence: 'best-effort' });
    simulator.fail('certLogin', 'reset', { times: 100 });
    for (let second = 0; second < 20 * 60; second += 5) {
      await clock.until(sessions.getSession()).catch(() => undefined);
      await clock.advance(5_000);
    }
    // Three, and then after 1, 2, 3, 3 minutes.
    expect(simulator.counts.loginAttempts).toBeGreaterThan(6);
    expect(simulator.counts.loginAttempts).toBeLessThan(13);
  });

  it('stay counted although the store fails after each', async () => {
    const { clock, record, simulator, start, storage } = await createFleet();
    const cable = new Cable(storage.inner);
    const sessions = await start({ storage: cable });
    simulator.fail('certLogin', 'reset', { times: 100 });
    for (let minute = 0; minute < 15; minute += 1) {
      const { loginAttempts } = simulator.counts;
      const login = clock.until(sessions.getSession()).catch(() => undefined);
      while (simulator.counts.loginAttempts === loginAttempts) {
        const isOver = await Promise.race([login.then(() => true), clock.advance(0)]);
        if (isOver === true) break;
      }
      cable.isCut = true;
      await login;
      await clock.advance(30_000);
      cable.isCut = false;
      await clock.advance(30_000);
    }
    expect(simulator.counts.loginAttempts).toBeLessThan(9);
    expect((await record()).lostLogins?.times).toBeGreaterThan(3);
  });
});
