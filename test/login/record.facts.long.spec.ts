import { closeAccounts } from '../support/account.js';
import { until } from '../support/betting.js';
import { createFleet } from './support/fleet.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Of the lease: `requestTimeout` and 5 s. */
const DURATION = 7_000;

const BANNED = { reply: { loginStatus: 'TEMPORARY_BAN_TOO_MANY_REQUESTS' } };
const LOCKED = { reply: { loginStatus: 'ACCOUNT_NOW_LOCKED' } };
const rejected = { code: 'BETFAIR_LOGIN_REJECTED', retryable: false };
const banned = { code: 'BETFAIR_LOGIN_BLOCKED', retryable: true };

afterEach(closeAccounts);

describe('the facts that a fleet shares about logins', () => {
  it('a refusal applies to every process with the same credentials, and to no other', async () => {
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

  it('a ban applies to every process until it ends', async () => {
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
    const { clock, simulator, start, changeRecord } = await createFleet();
    await clock.until((await start()).getSession());
    await clock.advance(MINUTE);
    simulator.endSessions();
    await changeRecord(() => ({ ban: clock.wall() + 10 * HOUR }));
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
    const { clock, simulator, record, changeRecord, start } = await createFleet();
    await clock.until((await start()).getSession());
    await clock.advance(MINUTE);
    simulator.endSessions();
    const known = Array.from({ length: 20 }, (_, index) => [`f${index}`, 'CLOSED'] as const);
    await changeRecord(() => ({ refusals: Object.fromEntries(known) }));
    const sessions = await start({ password: 'wrong' });
    await expect(clock.until(sessions.getSession())).rejects.toMatchObject(rejected);
    const { refusals } = await record();
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
    const { clock, simulator, start, deleteRecord } = await createFleet();
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
    if (how === 'deleting the record') await deleteRecord();
    else await operator.unblockLogin();
    // Each looks at the record once per duration of the lease.
    await clock.advance(DURATION);
    const sessions = await clock.until(Promise.all(services.map((s) => s.getSession())));
    expect(new Set(sessions.map(({ token }) => token)).size).toBe(1);
    expect(simulator.counts).toMatchObject({ loginAttempts: 3, logins: 2 });
  });

  it('is written down without a secret: neither names, nor passwords, nor keys, nor tokens', async () => {
    const { clock, simulator, start, recordText } = await createFleet();
    const { username, password, applicationKey, certificate } = simulator.options();
    const wrong = 'CANARY-wrong-password';
    const texts: string[] = [];
    await expect(clock.until((await start({ password: wrong })).getSession())).rejects.toThrow();
    texts.push(await recordText());
    const { token } = await clock.until((await start()).getSession());
    texts.push(await recordText());
    await clock.advance(3_000);
    simulator.endSessions();
    simulator.fail('certLogin', BANNED);
    await expect(clock.until((await start()).getSession())).rejects.toMatchObject(banned);
    texts.push(await recordText());
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

describe('a login that succeeds', () => {
  it('lifts the refusal of its own credentials and a ban, and leaves those of others', async () => {
    const { changeRecord, clock, record, simulator, start } = await createFleet();
    const sessions = await start();
    simulator.fail('certLogin', LOCKED);
    await expect(clock.until(sessions.getSession())).rejects.toMatchObject(rejected);
    const { refusals } = await record();
    await sessions.unblockLogin();
    // Another process meets them again while this one's login is under way.
    const met = { refusals: { ...refusals, f00d: 'CLOSED' }, ban: clock.wall() + MINUTE };
    simulator.fail('certLogin', { slow: 50 });
    const session = sessions.getSession();
    await until(() => simulator.counts.loginAttempts === 2);
    await changeRecord(() => met);
    await clock.until(session);
    await clock.advance(3_000);
    expect(await record()).toMatchObject({ refusals: { f00d: 'CLOSED' }, ban: null, holder: null });
    expect(Object.keys((await record()).refusals)).toEqual(['f00d']);
  });

  it('clears the ban that a machine whose clock is a day ahead wrote', async () => {
    const { clock, record, simulator, start } = await createFleet();
    clock.setWallBack(-DAY);
    simulator.fail('certLogin', BANNED);
    await expect(clock.until((await start()).getSession())).rejects.toMatchObject(banned);
    clock.setWallBack(DAY);
    const sessions = await start();
    for (let minute = 0; minute < 25; minute++) {
      await expect(clock.until(sessions.getSession())).rejects.toMatchObject(banned);
      await clock.advance(MINUTE);
    }
    await clock.until(sessions.getSession());
    await clock.advance(3_000);
    expect(await record()).toMatchObject({ ban: null });
    // Who starts now is not held back by what that machine wrote.
    simulator.endSessions();
    await clock.until((await start()).getSession());
    expect(simulator.counts).toMatchObject({ loginAttempts: 3, logins: 2 });
  });
});

/** Two accounts that were given one name in the store. */
async function twoAccounts() {
  const fleet = await createFleet({ accounts: [{ username: 'alice' }, { username: 'bruno' }] });
  const of = (username: string) => {
    const { password, certificate } = fleet.simulator.options(username);
    return { username, password, certificate };
  };
  return { ...fleet, alice: of('alice'), bruno: of('bruno') };
}

describe('the name of a record', () => {
  const foreign = { code: 'BETFAIR_CONFIGURATION' };

  it("is nobody's after a first login that was refused, so that a corrected user name starts", async () => {
    const { alice, bruno, clock, record, simulator, start, stored } = await twoAccounts();
    simulator.account('alice').loginCode = 'INVALID_USERNAME_OR_PASSWORD';
    await expect(clock.until((await start(alice)).getSession())).rejects.toMatchObject(rejected);
    expect(await record()).toMatchObject({ account: null, holder: null });
    const { token } = await clock.until((await start(bruno)).getSession());
    expect(await stored()).toBe(token);
    expect((await record()).account).not.toBeNull();
  });

  it('is that of the account that logs in as soon as its token is stored; others wait until then', async () => {
    const { alice, bruno, clock, simulator, start } = await twoAccounts();
    simulator.fail('certLogin', { slow: 100 });
    const [first, second] = [await start(alice), await start(bruno)];
    const session = first.getSession();
    await until(() => simulator.counts.loginAttempts === 1);
    const late = second.getSession().catch((error: unknown) => error);
    await clock.until(Promise.all([session, late]));
    expect(await late).toMatchObject(foreign);
    expect(simulator.counts.loginAttempts).toBe(1);
  });

  it('stays that of the account whose token is stored, whatever becomes of its next login', async () => {
    const { alice, bruno, clock, record, simulator, start } = await twoAccounts();
    const sessions = await start(alice);
    const session = await clock.until(sessions.getSession());
    await clock.advance(3_000);
    const { account } = await record();
    simulator.endSessions('alice');
    simulator.fail('certLogin', LOCKED);
    await expect(clock.until(sessions.refresh(session))).rejects.toMatchObject(rejected);
    expect(account).not.toBeNull();
    expect(await record()).toMatchObject({ account, holder: null });
    const other = await start(bruno);
    await expect(clock.until(other.getSession())).rejects.toMatchObject(foreign);
    expect(simulator.counts.loginAttempts).toBe(2);
  });
});
