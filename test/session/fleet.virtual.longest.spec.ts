import { MemoryStorage, type SessionService } from 'nestjs-betfair-session';
import { sleep } from '../../lib/common/deadline.js';
import { closeAccounts, createAccount } from '../support/account.js';
import { startBoundIdentity } from '../support/bound-identity.js';
import { PartlyDownStorage } from '../support/partly-down.storage.js';
import { VirtualClock } from '../support/virtual.clock.js';

// Many processes as services of one process: only the store, Betfair and the passing of time are shared.
const SIZE = 50;
const MINUTE = 60_000;
/** Of the lease: `requestTimeout` and 5 s. */
const DURATION = 7_000;

let clock: VirtualClock;
beforeEach(() => {
  clock = new VirtualClock();
});
afterEach(async () => {
  await closeAccounts();
  expect(clock.timers).toBe(0);
});

async function createFleet({ storage = new MemoryStorage() } = {}) {
  const account = await createAccount({ clock });
  const { simulator, key } = account;
  const start = async (overrides = {}): Promise<SessionService> =>
    (await account.start({ storage, ...overrides }, clock)).sessions;
  return {
    simulator,
    start,
    startAll: async (size = SIZE, overrides = {}) => {
      const services: SessionService[] = [];
      while (services.length < size) services.push(await start(overrides));
      return services;
    },
    stored: async () => (await storage.read(key))?.value,
    /** The most logins that reached Betfair within one minute. */
    busiestMinute: () => {
      const logins = simulator.requests.filter(({ endpoint }) => endpoint === 'certLogin');
      const within = ({ at }: { at: number }) =>
        logins.filter((login) => login.at >= at && login.at < at + MINUTE).length;
      return Math.max(0, ...logins.map(within));
    },
  };
}

/** One call each at the same moment. */
function callAll(services: readonly SessionService[]) {
  return clock.until(Promise.allSettled(services.map((sessions) => sessions.getSession())));
}

/** What they all have; fails unless each has it and it is the same. */
async function oneToken(services: readonly SessionService[]): Promise<string> {
  const sessions = await clock.until(Promise.all(services.map((each) => each.getSession())));
  const tokens = [...new Set(sessions.map(({ token }) => token))];
  expect(tokens).toHaveLength(1);
  return tokens[0] ?? '';
}

function listEventTypes(sessions: SessionService): Promise<unknown> {
  return sessions.call('SportsAPING/v1.0/listEventTypes');
}

describe('a fleet of 50', () => {
  it('starts cold with one login', async () => {
    const { simulator, startAll, stored } = await createFleet();
    const services = await startAll();
    const token = await oneToken(services);
    expect(await stored()).toBe(token);
    expect(simulator.counts).toMatchObject({ loginAttempts: 1, logins: 1, logouts: 0 });
    expect(simulator.counts.keepAlives).toBe(SIZE - 1);
    // Adopters do not wait for the lease to be given back.
    expect(clock.monotonic()).toBeLessThan(1_000);
  });

  it('replaces a session that ended under all of them with one login', async () => {
    const { simulator, startAll, stored } = await createFleet();
    const services = await startAll();
    const old = await oneToken(services);
    await clock.advance(MINUTE);
    simulator.endSessions();
    const renewed = await clock.until(
      Promise.all(services.map(async (each) => each.refresh(await each.getSession()))),
    );
    const tokens = new Set(renewed.map(({ token }) => token));
    expect(tokens).toEqual(new Set([await stored()]));
    expect(tokens).not.toContain(old);
    expect(simulator.counts).toMatchObject({ loginAttempts: 2, logins: 2, logouts: 0 });
  });

  it('replaces a session whose holder logged in just before', async () => {
    const { simulator, startAll } = await createFleet();
    const services = await startAll();
    await oneToken(services);
    simulator.endSessions();
    await clock.until(
      Promise.all(services.map(async (each) => each.refresh(await each.getSession()))),
    );
    // The lease is kept for 3 s after a login; only then may the next be made.
    expect(clock.monotonic()).toBeGreaterThanOrEqual(3_000);
    expect(simulator.counts).toMatchObject({ loginAttempts: 2, logins: 2 });
  });

  it('in a crash loop with a wrong password tries it once, and a right one at once', async () => {
    const { simulator, start } = await createFleet();
    const wrong: SessionService[] = [];
    for (let restart = 0; restart < SIZE; restart++) {
      const sessions = await start({ password: 'wrong' });
      wrong.push(sessions);
      await expect(clock.until(sessions.getSession())).rejects.toMatchObject({
        code: 'BETFAIR_LOGIN_REJECTED',
        loginCode: 'INVALID_USERNAME_OR_PASSWORD',
      });
    }
    expect(simulator.counts.loginAttempts).toBe(1);
    const corrected = await start();
    const before = clock.monotonic();
    const session = await clock.until(corrected.getSession());
    expect(clock.monotonic() - before).toBeLessThan(1_000);
    expect(simulator.counts).toMatchObject({ loginAttempts: 2, logins: 1 });
    // The others adopt what it stored, and when that ends they are as blocked as before.
    await clock.advance(DURATION);
    expect(await oneToken([...wrong, corrected])).toBe(session.token);
    simulator.endSessions();
    const outcomes = await clock.until(
      Promise.allSettled(wrong.map(async (each) => each.refresh(await each.getSession()))),
    );
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ reason: { code: 'BETFAIR_LOGIN_REJECTED' } });
    }
    await clock.advance(10 * MINUTE);
    await callAll(wrong);
    expect(simulator.counts).toMatchObject({ loginAttempts: 2, logins: 1 });
  });

  it('makes no attempt while the account is banned, and one when the ban ends', async () => {
    const { simulator, startAll } = await createFleet();
    simulator.fail('certLogin', { reply: { loginStatus: 'TEMPORARY_BAN_TOO_MANY_REQUESTS' } });
    const services = await startAll();
    while (clock.monotonic() < 20 * MINUTE) {
      for (const outcome of await callAll(services)) {
        expect(outcome).toMatchObject({ reason: { code: 'BETFAIR_LOGIN_BLOCKED' } });
      }
      await clock.advance(MINUTE);
    }
    expect(simulator.counts.loginAttempts).toBe(1);
    await clock.advance(DURATION);
    await oneToken(services);
    expect(simulator.counts).toMatchObject({ loginAttempts: 2, logins: 1 });
  }, 60_000);
});

it('a process that crashes 50 times in a minute while the account is banned makes no attempt', async () => {
  const { simulator, start } = await createFleet();
  simulator.fail('certLogin', { reply: { loginStatus: 'TEMPORARY_BAN_TOO_MANY_REQUESTS' } });
  for (let restart = 0; restart < SIZE; restart++) {
    const sessions = await start();
    await expect(clock.until(sessions.getSession())).rejects.toMatchObject({
      code: 'BETFAIR_LOGIN_BLOCKED',
    });
    await clock.advance(1_000);
  }
  expect(simulator.counts).toMatchObject({ loginAttempts: 1, logins: 0 });
});

it('50 processes with scheduled keep-alive live for 24 hours on one login, and do not ask in step', async () => {
  const { simulator, startAll } = await createFleet();
  const services = await startAll(SIZE, { keepAlive: true });
  const token = await oneToken(services);
  await clock.advance(24 * 60 * MINUTE);
  expect(await oneToken(services)).toBe(token);
  expect(simulator.counts).toMatchObject({ loginAttempts: 1, logins: 1 });
  // Every six hours, give or take a tenth; the first is the one that adopts.
  const { keepAlives } = simulator.counts;
  expect(keepAlives).toBeGreaterThanOrEqual(SIZE * 3);
  expect(keepAlives).toBeLessThanOrEqual(SIZE * 5);
  const asked = simulator.requests.filter(({ endpoint }) => endpoint === 'keepAlive');
  const later = asked.filter(({ at }) => at > (asked[0]?.at ?? 0) + 60 * MINUTE);
  const busiest = Math.max(
    ...later.map(({ at }) => later.filter((other) => Math.abs(other.at - at) < 500).length),
  );
  expect(later.length).toBeGreaterThan(SIZE * 2);
  expect(busiest).toBeLessThan(SIZE / 5);
}, 60_000);

const isLease = (key: string) => key.endsWith('.lease');

describe('a fleet whose lease cannot be reached', () => {
  it("makes no login where persistence is 'required'", async () => {
    const { simulator, startAll } = await createFleet({ storage: new PartlyDownStorage(isLease) });
    const services = await startAll();
    for (let round = 0; round < 5; round++) {
      for (const outcome of await callAll(services)) {
        expect(outcome).toMatchObject({ reason: { code: 'BETFAIR_STORAGE_UNAVAILABLE' } });
      }
      await clock.advance(MINUTE);
    }
    expect(simulator.counts.loginAttempts).toBe(0);
  });

  it("spreads its logins where it is 'best-effort', and a process that finds a stored token makes none", async () => {
    const { simulator, startAll } = await createFleet({ storage: new PartlyDownStorage(isLease) });
    // A name of its own tells whose token it is, so that the token can be adopted without the record.
    const ownKey = { persistence: 'best-effort', sessionKey: undefined };
    const services = await startAll(SIZE, ownKey);
    await oneToken(services);
    expect(clock.monotonic()).toBeLessThanOrEqual(DURATION);
    expect(simulator.counts).toMatchObject({ loginAttempts: 1, logins: 1 });
  });

  it("tries refused credentials once in each process, also where it is 'best-effort'", async () => {
    const { simulator, startAll } = await createFleet({ storage: new PartlyDownStorage(isLease) });
    const services = await startAll(3, { persistence: 'best-effort', password: 'wrong' });
    for (let round = 0; round < 20; round++) {
      for (const outcome of await callAll(services)) {
        expect(outcome).toMatchObject({ reason: { code: 'BETFAIR_LOGIN_REJECTED' } });
      }
      await clock.advance(MINUTE);
    }
    expect(simulator.counts.loginAttempts).toBe(3);
  });

  it("makes one login each within the duration of a lease where it is 'best-effort' and nothing can be reached", async () => {
    const { simulator, startAll } = await createFleet({
      storage: new PartlyDownStorage(() => true),
    });
    const services = await startAll(SIZE, { persistence: 'best-effort' });
    for (const outcome of await callAll(services)) expect(outcome.status).toBe('fulfilled');
    expect(clock.monotonic()).toBeLessThanOrEqual(2 * DURATION);
    expect(clock.monotonic()).toBeGreaterThan(DURATION / 2);
    expect(simulator.counts.logins).toBe(SIZE);
    // And then they are served.
    await clock.advance(10 * MINUTE);
    await callAll(services);
    expect(simulator.counts.logins).toBe(SIZE);
  });
});

/** Every service uses sessions for some minutes, and suspects those that are `refused`. */
async function useSessions(
  services: readonly SessionService[],
  minutes: number,
  refused: (own: boolean) => boolean,
) {
  const failures: unknown[] = [];
  const end = clock.monotonic() + minutes * MINUTE;
  const use = async (sessions: SessionService) => {
    const own = new Set<number>();
    const subscription = sessions.events$.subscribe((event) => {
      if (event.type === 'loggedIn') own.add(event.generation);
    });
    while (clock.monotonic() < end) {
      try {
        const session = await sessions.getSession();
        if (refused(own.has(session.generation))) await sessions.refresh(session);
        else await sleep(clock, 1_000);
      } catch (error) {
        failures.push(error);
        await sleep(clock, 1_000);
      }
    }
    subscription.unsubscribe();
  };
  await clock.until(Promise.all(services.map(use)));
  return failures;
}

describe('a fleet whose sessions are refused', () => {
  const typed = expect.objectContaining({
    name: expect.stringMatching(/^Betfair(IdentityUnavailable|LoginBlocked)Error$/),
    retryable: true,
  });

  it('to all but who logged in, as where they are bound to an address, makes 20 logins a minute at most', async () => {
    const { simulator, start, busiestMinute } = await createFleet();
    const { endpoints } = simulator.options();
    const size = 20;
    const identity = await startBoundIdentity();
    const services: SessionService[] = [];
    while (services.length < size) {
      const keepAlive = identity.keepAlive(services.length);
      const sessions = await start({ endpoints: { ...endpoints, keepAlive } });
      identity.bind(sessions, services.length);
      services.push(sessions);
    }
    const failures = await useSessions(services, 3, (own) => !own);
    for (const failure of failures) expect(failure).toEqual(typed);
    // In the end each has a session of its own.
    expect(simulator.counts.logins).toBe(size);
    expect(busiestMinute()).toBeLessThanOrEqual(20);
    await identity.close();
  }, 60_000);

  it('to everybody at once makes 20 logins a minute at most, for 50 of them too', async () => {
    const { simulator, startAll, busiestMinute } = await createFleet();
    const services = await startAll();
    const failures = await useSessions(services, 3, () => {
      simulator.endSessions();
      return true;
    });
    for (const failure of failures) expect(failure).toEqual(typed);
    expect(simulator.counts.logins).toBeGreaterThan(20);
    expect(busiestMinute()).toBeLessThanOrEqual(20);
  }, 120_000);

  it('by the API while the identity service takes them, as with a wrong "endpoints.api", makes no other login', async () => {
    const { simulator, startAll } = await createFleet();
    simulator.rejectCalls(() => true);
    const services = await startAll();
    const token = await oneToken(services);
    for (let round = 1; round <= 3; round++) {
      for (const outcome of await clock.until(Promise.allSettled(services.map(listEventTypes)))) {
        expect(outcome).toMatchObject({ reason: { code: 'BETFAIR_API_ERROR' } });
      }
      await clock.advance(MINUTE);
    }
    expect(await oneToken(services)).toBe(token);
    expect(simulator.counts).toMatchObject({ loginAttempts: 1, logins: 1, calls: 3 * SIZE });
    // To resume it, and once a minute to check it.
    expect(simulator.counts.keepAlives).toBe(SIZE - 1 + 3 * SIZE);
  }, 60_000);
});
