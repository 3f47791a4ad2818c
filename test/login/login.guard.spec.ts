import { MemoryStorage, SessionStorageError } from 'nestjs-betfair-session';
import { parseLoginRecord } from '../../lib/login/lease/lease.record.js';
import { closeAccounts } from '../support/account.js';
import { typesOf } from '../support/application.js';
import { createFleet } from './support/fleet.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** Of the lease: `requestTimeout` and 5 s. */
const DURATION = 7 * SECOND;

afterEach(closeAccounts);

describe('a host from which Betfair refuses every login', () => {
  const ABROAD = { reply: { loginStatus: 'BETTING_RESTRICTED_LOCATION' } };
  const refused = { code: 'BETFAIR_LOGIN_REJECTED', loginCode: 'BETTING_RESTRICTED_LOCATION' };

  it('makes one attempt in 15 minutes, however often its application starts', async () => {
    const { clock, simulator, start } = await createFleet();
    simulator.fail('certLogin', ABROAD, { times: 2 });
    const end = new Date(clock.wall() + 15 * MINUTE);
    for (let minute = 0; minute < 15; minute++) {
      await expect(clock.until((await start()).getSession())).rejects.toMatchObject({
        ...refused,
        message: expect.stringContaining(`does not try again before ${end.toISOString()}`),
      });
      await clock.advance(MINUTE);
    }
    expect(simulator.counts.loginAttempts).toBe(1);
    await expect(clock.until((await start()).getSession())).rejects.toMatchObject(refused);
    expect(simulator.counts.loginAttempts).toBe(2);
  });

  it('says until when, and tries again then', async () => {
    const { clock, simulator, start } = await createFleet();
    simulator.fail('certLogin', ABROAD);
    const sessions = await start();
    const events = typesOf(sessions);
    await expect(clock.until(sessions.getSession())).rejects.toMatchObject(refused);
    const blockedUntil = new Date(clock.wall() + 15 * MINUTE);
    expect(sessions.status).toEqual({ state: 'blocked', blockedUntil, persisted: false });
    await clock.advance(15 * MINUTE);
    await clock.until(sessions.getSession());
    expect(events).toEqual(['loginBlocked', 'loginUnblocked', 'loggedIn']);
  });

  it('does not block other hosts, and stays refused after their logins', async () => {
    const { changeRecord, clock, record, simulator, start } = await createFleet();
    simulator.fail('certLogin', ABROAD);
    const sessions = await start();
    await expect(clock.until(sessions.getSession())).rejects.toMatchObject(refused);
    const place = { code: 'BETTING_RESTRICTED_LOCATION', until: clock.wall() + 15 * MINUTE };
    // A hash: the record names no host.
    const host = expect.stringMatching(/^[0-9a-f]{16}$/);
    expect(Object.entries((await record()).places)).toEqual([[host, place]]);
    // As if another host had met it.
    const places = { 'another-host': place };
    await changeRecord(() => ({ places }));
    await clock.until((await start()).getSession());
    await clock.advance(3 * SECOND);
    expect(await record()).toMatchObject({ places });
    expect(simulator.counts).toMatchObject({ loginAttempts: 2, logins: 1 });
  });

  it('tries again at once after unblockLogin()', async () => {
    const { clock, simulator, start } = await createFleet();
    simulator.fail('certLogin', ABROAD);
    const sessions = await start();
    await expect(clock.until(sessions.getSession())).rejects.toMatchObject(refused);
    await sessions.unblockLogin();
    await clock.until(sessions.getSession());
    expect(clock.monotonic()).toBeLessThan(MINUTE);
  });

  it('forgets the hosts whose time is over when it adds itself', async () => {
    const { changeRecord, clock, record, simulator, start } = await createFleet();
    const sessions = await start();
    const session = await clock.until(sessions.getSession());
    await clock.advance(3 * SECOND);
    const code = 'BETTING_RESTRICTED_LOCATION';
    const [past, future] = [clock.wall() - 1, clock.wall() + MINUTE];
    await changeRecord(() => ({
      places: { past: { code, until: past }, future: { code, until: future } },
    }));
    simulator.endSessions();
    simulator.fail('certLogin', ABROAD);
    await expect(clock.until(sessions.refresh(session))).rejects.toMatchObject(refused);
    expect(Object.keys((await record()).places)).toEqual([
      'future',
      expect.stringMatching(/^[0-9a-f]{16}$/),
    ]);
  });
});

/** A fleet whose two-factor codes are numbered. */
async function createInteractiveFleet() {
  const fleet = await createFleet();
  const asked = { times: 0 };
  const twoFactorCode = () => String((asked.times += 1)).padStart(6, '0');
  const options = { login: 'interactive', certificate: undefined, twoFactorCode };
  return { ...fleet, asked, begin: () => fleet.start(options) };
}

describe('a two-factor code that Betfair refuses', () => {
  const STALE = { reply: { status: 'FAIL', error: 'STRONG_CODE_FAIL', token: '' } };

  const stale = {
    code: 'BETFAIR_LOGIN_BLOCKED',
    message: expect.stringContaining('STRONG_CODE_FAIL'),
    retryable: true,
  };

  it('is followed by a new one when the first has run out, after 30 s', async () => {
    const { asked, begin, clock, record, simulator } = await createInteractiveFleet();
    simulator.fail('login', STALE);
    const sessions = await begin();
    const until = new Date(clock.wall() + 30 * SECOND);
    for (let second = 0; second < 30; second += 3) {
      await expect(clock.until(sessions.getSession())).rejects.toMatchObject({ ...stale, until });
      await clock.advance(3 * SECOND);
    }
    expect(asked.times).toBe(1);
    expect(await record()).toMatchObject({ staleCodes: { times: 1 }, refusals: {} });
    simulator.account().twoFactorCode = '000002';
    await clock.until(sessions.getSession());
    expect(asked.times).toBe(2);
    await clock.advance(3 * SECOND);
    expect(await record()).toMatchObject({ staleCodes: null });
  });

  it('holds back every process of the fleet meanwhile', async () => {
    const { asked, begin, clock, simulator } = await createInteractiveFleet();
    simulator.fail('login', STALE);
    await expect(clock.until((await begin()).getSession())).rejects.toMatchObject(stale);
    await expect(clock.until((await begin()).getSession())).rejects.toMatchObject(stale);
    expect([asked.times, simulator.counts.loginAttempts]).toEqual([1, 1]);
  });

  it('is final when it is the third in a row, until unblockLogin()', async () => {
    const { begin, clock, simulator } = await createInteractiveFleet();
    simulator.fail('login', STALE, { times: 5 });
    // Counted in the record: no restart makes the series longer.
    for (let attempt = 0; attempt < 2; attempt++) {
      await expect(clock.until((await begin()).getSession())).rejects.toMatchObject(stale);
      await clock.advance(30 * SECOND);
    }
    const sessions = await begin();
    const rejected = { code: 'BETFAIR_LOGIN_REJECTED', loginCode: 'STRONG_CODE_FAIL' };
    for (let minute = 0; minute < 10; minute++) {
      await expect(clock.until(sessions.getSession())).rejects.toMatchObject(rejected);
      await clock.advance(MINUTE);
    }
    expect(simulator.counts.loginAttempts).toBe(3);
    await sessions.unblockLogin();
    await expect(clock.until(sessions.getSession())).rejects.toMatchObject(stale);
    expect(simulator.counts.loginAttempts).toBe(4);
  });
});

describe('what is known and could not be written', () => {
  /** Fails to write what holds logins back, as long as it is told to, and nothing else. */
  class ForgetfulStorage extends MemoryStorage {
    failures = Infinity;

    override async write(...parameters: Parameters<MemoryStorage['write']>): Promise<string> {
      const [key, value] = parameters;
      const { ban, refusals } = parseLoginRecord(key.endsWith('.lease') ? value : '');
      if (this.failures > 0 && (ban !== null || Object.keys(refusals).length > 0)) {
        this.failures -= 1;
        throw new SessionStorageError('The store is down.', 'unavailable');
      }
      return super.write(...parameters);
    }

    async record() {
      return parseLoginRecord((await this.read('session.token.lease'))?.value ?? '');
    }
  }

  const WRONG = { password: 'wrong' };
  const rejected = { code: 'BETFAIR_LOGIN_REJECTED' };

  it('is written before the caller is told, if the store fails twice', async () => {
    const { clock, simulator, start } = await createFleet();
    const storage = new ForgetfulStorage();
    storage.failures = 2;
    const sessions = await start({ ...WRONG, storage });
    await expect(clock.until(sessions.getSession())).rejects.toMatchObject(rejected);
    expect(Object.keys((await storage.record()).refusals)).toHaveLength(1);
    const other = await start({ ...WRONG, storage });
    await expect(clock.until(other.getSession())).rejects.toMatchObject(rejected);
    expect(simulator.counts.loginAttempts).toBe(1);
  });

  it.each([
    ['a refusal', WRONG, rejected],
    ['a ban', {}, { code: 'BETFAIR_LOGIN_BLOCKED' }],
  ] as const)(
    'is written at the next look, so that no other process tries it: %s',
    async (what, overrides, obstacle) => {
      const { clock, simulator, start } = await createFleet();
      const storage = new ForgetfulStorage();
      const sessions = await start({ ...overrides, storage });
      if (what === 'a ban') {
        const loginStatus = 'TEMPORARY_BAN_TOO_MANY_REQUESTS';
        simulator.fail('certLogin', { reply: { loginStatus } });
      }
      await expect(clock.until(sessions.getSession())).rejects.toMatchObject(obstacle);
      // Past the release of the lease, which would tell it too.
      await clock.advance(DURATION);
      expect(await storage.record()).toMatchObject({ refusals: {}, ban: null });
      await expect(clock.until(sessions.getSession())).rejects.toMatchObject(obstacle);
      storage.failures = 0;
      await clock.advance(DURATION);
      await expect(clock.until(sessions.getSession())).rejects.toMatchObject(obstacle);
      const { ban, refusals } = await storage.record();
      expect(what === 'a ban' ? ban !== null : Object.keys(refusals).length === 1).toBe(true);
      const other = await start({ ...overrides, storage });
      await expect(clock.until(other.getSession())).rejects.toMatchObject(obstacle);
      expect(simulator.counts.loginAttempts).toBe(1);
    },
  );

  it('is not written any more once a person has lifted it', async () => {
    const { clock, simulator, start } = await createFleet();
    const { password } = simulator.options();
    const storage = new ForgetfulStorage();
    const sessions = await start({ ...WRONG, storage });
    await expect(clock.until(sessions.getSession())).rejects.toMatchObject(rejected);
    storage.failures = 0;
    await sessions.unblockLogin();
    await clock.advance(DURATION);
    expect(await storage.record()).toMatchObject({ refusals: {} });
    // Nothing is held against the same credentials, which are tried once more.
    simulator.account().password = WRONG.password;
    await clock.until(sessions.getSession());
    simulator.account().password = password;
    expect(simulator.counts).toMatchObject({ loginAttempts: 2, logins: 1 });
  });
});
