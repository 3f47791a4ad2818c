import { SessionStorageError } from 'nestjs-betfair-session';
import { parseLoginRecord } from '../../lib/login/lease/lease.record.js';
import { closeAccounts, createAccount } from '../support/account.js';
import { typesOf } from '../support/application.js';
import { VirtualClock } from '../support/virtual.clock.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

afterEach(closeAccounts);

async function createFleet() {
  const clock = new VirtualClock();
  const account = await createAccount();
  const { inner } = account.storage;
  const recordKey = `${account.key}.lease`;
  const record = async () => parseLoginRecord((await inner.read(recordKey))?.value ?? '');
  return { ...account, clock, inner, record, recordKey };
}

describe('a refusal whose write fails', () => {
  it('is written a moment later, so that a second process makes no attempt', async () => {
    const { clock, inner, recordKey, simulator, start } = await createFleet();
    const write = inner.write.bind(inner);
    let isFailing = false;
    inner.write = async (key, value, condition) => {
      if (isFailing && key === recordKey && value.includes('ACCOUNT_NOW_LOCKED')) {
        isFailing = false;
        throw new SessionStorageError('The store is down.', 'unavailable');
      }
      return write(key, value, condition);
    };
    simulator.account().loginCode = 'ACCOUNT_NOW_LOCKED';
    const first = await start({}, clock);
    isFailing = true;
    await expect(clock.until(first.sessions.getSession())).rejects.toMatchObject({
      retryable: false,
    });
    expect(isFailing).toBe(false);
    const second = await start({}, clock);
    await expect(clock.until(second.sessions.getSession())).rejects.toMatchObject({
      loginCode: 'ACCOUNT_NOW_LOCKED',
    });
    expect(simulator.counts.loginAttempts).toBe(1);
  });

  it('is written at the next look if the store was down for longer', async () => {
    const { clock, inner, record, recordKey, simulator, start } = await createFleet();
    const write = inner.write.bind(inner);
    simulator.account().loginCode = 'ACCOUNT_NOW_LOCKED';
    const first = await start({}, clock);
    let isDown = false;
    inner.write = async (key, value, condition) => {
      if (key === recordKey && value.includes('LOCKED')) isDown = true;
      if (isDown) throw new SessionStorageError('The store is down.', 'unavailable');
      return write(key, value, condition);
    };
    await expect(clock.until(first.sessions.getSession())).rejects.toMatchObject({
      retryable: false,
    });
    await clock.advance(4_000);
    expect((await record()).refusals).toEqual({});
    inner.write = write;
    await clock.advance(7_000);
    await expect(clock.until(first.sessions.getSession())).rejects.toMatchObject({
      retryable: false,
    });
    expect(Object.values((await record()).refusals)).toEqual(['ACCOUNT_NOW_LOCKED']);
    expect(simulator.counts.loginAttempts).toBe(1);
  });
});

describe('a login whose release could not be written', () => {
  it('lifts nothing that Betfair said after it', async () => {
    const { clock, inner, record, recordKey, simulator, start } = await createFleet();
    const write = inner.write.bind(inner);
    const [one, two] = [await start({}, clock), await start({}, clock)];
    const session = await clock.until(one.sessions.getSession());
    inner.write = async (key, ...given) => {
      if (key === recordKey) throw new SessionStorageError('The store is down.', 'unavailable');
      return write(key, ...given);
    };
    await clock.advance(3_000);
    inner.write = write;
    const shared = await clock.until(two.sessions.getSession());
    // The record still names its holder, which others see expire.
    simulator.endSessions();
    simulator.account().loginCode = 'ACCOUNT_NOW_LOCKED';
    await expect(clock.until(two.sessions.refresh(shared))).rejects.toMatchObject({
      loginCode: 'ACCOUNT_NOW_LOCKED',
    });
    expect(simulator.counts.loginAttempts).toBe(2);
    await expect(clock.until(one.sessions.refresh(session))).rejects.toMatchObject({
      loginCode: 'ACCOUNT_NOW_LOCKED',
    });
    expect(simulator.counts.loginAttempts).toBe(2);
    expect(Object.values((await record()).refusals)).toEqual(['ACCOUNT_NOW_LOCKED']);
  });
});

describe('a refusal', () => {
  it('is in the record before the application is told, who may end the process', async () => {
    const { clock, record, simulator, start } = await createFleet();
    simulator.account().loginCode = 'ACCOUNT_NOW_LOCKED';
    const { sessions } = await start({}, clock);
    let atEvent: Promise<unknown> | undefined;
    sessions.events$.subscribe(({ type }) => {
      if (type === 'loginBlocked') atEvent = record();
    });
    await expect(clock.until(sessions.getSession())).rejects.toMatchObject({ retryable: false });
    expect(await atEvent).toMatchObject({
      refusals: { [String(Object.keys((await record()).refusals)[0])]: 'ACCOUNT_NOW_LOCKED' },
    });
  });
});

describe('a ban in the record', () => {
  it('is gone after a login, whoever wrote it, so that a new process is not blocked', async () => {
    const { clock, inner, record, recordKey, simulator, start } = await createFleet();
    const first = await start({}, clock);
    const session = await clock.until(first.sessions.getSession());
    await clock.advance(3_000);
    // A pod on which it is tomorrow was banned.
    const stored = await inner.read(recordKey);
    const banned = { ...parseLoginRecord(stored?.value ?? ''), ban: clock.wall() + DAY };
    await inner.write(recordKey, JSON.stringify(banned), { ifVersion: stored?.version ?? '' });
    simulator.endSessions();
    await expect(clock.until(first.sessions.refresh(session))).rejects.toMatchObject({
      code: 'BETFAIR_LOGIN_BLOCKED',
    });
    await clock.advance(25 * MINUTE);
    await clock.until(first.sessions.getSession());
    await clock.advance(3_000);
    expect((await record()).ban).toBeNull();
    const next = await start({}, clock);
    await clock.until(next.sessions.getSession());
    expect(next.sessions.status.state).toBe('ready');
    expect(simulator.counts.logins).toBe(2);
  });
});

/** A process that has made five logins, the last of which has lost its session by now. */
async function createSpent() {
  const fleet = await createFleet();
  const { clock, simulator, start } = fleet;
  const spent = await start({}, clock);
  let session = await clock.until(spent.sessions.getSession());
  for (let login = 1; login < 5; login += 1) {
    await clock.advance(3_000);
    simulator.endSessions();
    session = await clock.until(spent.sessions.refresh(session));
  }
  await clock.advance(3_000);
  simulator.endSessions();
  return { ...fleet, session, spent };
}

describe('a process whose own budget is spent', () => {
  it('has the session of another one as soon as that stores it', async () => {
    const { clock, session, spent, start } = await createSpent();
    await expect(clock.until(spent.sessions.refresh(session))).rejects.toMatchObject({
      code: 'BETFAIR_LOGIN_BLOCKED',
    });
    const other = await start({}, clock);
    const { token } = await clock.until(other.sessions.getSession());
    await clock.advance(1_000);
    expect((await clock.until(spent.sessions.getSession())).token).toBe(token);
  });

  it('waits for another one that is logging in', async () => {
    const { clock, session, simulator, spent, start } = await createSpent();
    simulator.fail('certLogin', { slow: 300 });
    const other = await start({}, clock);
    const login = other.sessions.getSession();
    while (simulator.counts.loginAttempts < 6) await new Promise(setImmediate);
    const events = typesOf(spent.sessions);
    const [shared] = await clock.until(Promise.all([spent.sessions.refresh(session), login]));
    expect(shared.token).toBe((await login).token);
    expect(events).toContain('waitingForLogin');
    expect(events).not.toContain('loginBlocked');
  });
});

describe('a process that waits for another one', () => {
  it('says so once, and for how long', async () => {
    const { clock, inner, recordKey, start } = await createFleet();
    const { sessions, logger } = await start({}, clock);
    // Its holder was killed.
    const dead = { account: null, holder: { id: 'killed', duration: 7_000 } };
    await inner.write(recordKey, JSON.stringify(dead), { ifAbsent: true });
    const waits: unknown[] = [];
    sessions.events$.subscribe((event) => event.type === 'waitingForLogin' && waits.push(event));
    await clock.until(sessions.getSession());
    expect(waits).toMatchObject([{ type: 'waitingForLogin', longestWait: 7_000 }]);
    expect(clock.monotonic()).toBeGreaterThanOrEqual(7_000);
    expect(clock.monotonic()).toBeLessThan(7_500);
    expect(JSON.stringify(logger.lines)).toContain(
      'Another process is logging in to Betfair; waiting up to 7 s for its session.',
    );
  });
});

it('a refusal that was lifted elsewhere is forgotten with the session that is resumed then', async () => {
  const { clock, simulator, start } = await createFleet();
  simulator.account().loginCode = 'ACCOUNT_NOW_LOCKED';
  const first = await start({}, clock);
  await expect(clock.until(first.sessions.getSession())).rejects.toMatchObject({
    retryable: false,
  });
  expect(first.sessions.status.state).toBe('blocked');
  simulator.account().loginCode = undefined;
  const second = await start({}, clock);
  await clock.until(second.sessions.unblockLogin());
  await clock.until(second.sessions.getSession());
  // A failed attempt is not repeated at once.
  await clock.advance(MINUTE);
  await clock.until(first.sessions.getSession());
  await clock.settle();
  expect(first.sessions.status).toMatchObject({ state: 'ready', persisted: true });
  expect(simulator.counts.logins).toBe(1);
});
