import { MemoryStorage, type SessionService, type SessionStorage } from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { sleep } from '../../lib/common/deadline.js';
import { EMPTY_RECORD, formatLoginRecord } from '../../lib/login/lease/lease.record.js';
import { defaultSessionKey } from '../../lib/options/account-id.js';
import { createGate } from '../login/support/gate.js';
import { closeApplications, createSessions } from '../support/application.js';
import { VirtualClock } from '../support/virtual.clock.js';

// A thousand processes as services of one process: the store, Betfair and the passing of time are shared.
const SIZE = 1_000;
const LOGIN_MS = 5_000;
const REQUEST_TIMEOUT_MS = 9_000;
const LEASE_MS = REQUEST_TIMEOUT_MS + 5_000;
/** Between two looks at the token. */
const LONGEST_PAUSE_MS = 2_200;

/** The store as one process sees it, which counts what that process does with it. */
function counting(storage: SessionStorage, onWrite: (key: string) => void) {
  const counted = {
    operations: 0,
    read: (...given: Parameters<SessionStorage['read']>) => {
      counted.operations += 1;
      return storage.read(...given);
    },
    write: (...given: Parameters<SessionStorage['write']>) => {
      counted.operations += 1;
      onWrite(given[0]);
      return storage.write(...given);
    },
    delete: (...given: Parameters<SessionStorage['delete']>) => {
      counted.operations += 1;
      return storage.delete(...given);
    },
    // Else the one that logs in would make four more, to test the store.
    conditionalWrites: storage.conditionalWrites,
  };
  return counted;
}

async function createFleet() {
  const clock = new VirtualClock();
  const simulator = await BetfairSimulator.start({ clock });
  const { endpoints, ...options } = simulator.options();
  const { origin, pathname } = new URL(endpoints.certLogin);
  const gate = await createGate(origin, async () => {
    clock.hanging += 1;
    await sleep(clock, LOGIN_MS);
    clock.hanging -= 1;
  });
  const shared = new MemoryStorage();
  let storedAt = NaN;
  const stores: ReturnType<typeof counting>[] = [];
  const services: SessionService[] = [];
  while (services.length < SIZE) {
    const storage = counting(shared, (key) => {
      if (!key.endsWith('.lease')) storedAt = clock.monotonic();
    });
    const given = {
      ...options,
      storage,
      endpoints: { ...endpoints, certLogin: gate.url + pathname },
      requestTimeout: REQUEST_TIMEOUT_MS,
      renewalTimeout: 60_000,
    };
    services.push((await createSessions(given, { clock })).sessions);
    stores.push(storage);
  }
  return {
    simulator,
    shared,
    recordKey: `${defaultSessionKey({ jurisdiction: 'global', username: options.username })}.lease`,
    /** Has all of them get a session at the same moment. */
    getAll: async () => {
      const sessions = services.map((each) => each.getSession());
      const tokens = new Set((await clock.until(Promise.all(sessions))).map(({ token }) => token));
      const readyAt = clock.monotonic();
      await clock.advance(5_000);
      const counts = stores.map(({ operations }) => operations);
      const sum = counts.reduce((before, count) => before + count, 0);
      return {
        tokens: tokens.size,
        storedAt,
        /** From the moment at which the token was stored, in milliseconds. */
        readyAfter: readyAt - storedAt,
        average: sum / SIZE,
        worst: Math.max(...counts),
      };
    },
    close: async () => {
      await closeApplications();
      await gate.close();
      await simulator.stop();
    },
  };
}

let fleet: Awaited<ReturnType<typeof createFleet>>;
beforeEach(async () => {
  fleet = await createFleet();
}, 120_000);
afterEach(() => fleet.close(), 60_000);

describe('a fleet of a thousand', () => {
  it('starts cold with one login, and with fewer than ten store operations each', async () => {
    const { simulator, getAll } = fleet;
    const found = await getAll();
    expect(simulator.counts).toMatchObject({ loginAttempts: 1, logins: 1 });
    expect(found).toMatchObject({ tokens: 1, storedAt: LOGIN_MS });
    expect(found.worst).toBeLessThan(10);
    expect(found.readyAfter).toBeLessThan(LONGEST_PAUSE_MS);
  }, 120_000);

  it('makes one login once the lease of a process that died has expired', async () => {
    const { simulator, shared, recordKey, getAll } = fleet;
    const holder = { id: 'dead', duration: LEASE_MS };
    await shared.write(recordKey, formatLoginRecord({ ...EMPTY_RECORD, holder }), {
      ifAbsent: true,
    });
    const found = await getAll();
    expect(simulator.counts).toMatchObject({ loginAttempts: 1, logins: 1 });
    expect(found).toMatchObject({ tokens: 1, storedAt: LEASE_MS + LOGIN_MS });
    // The record and the token are looked at every two seconds until the lease has expired, and then as above.
    expect(found.worst).toBeLessThan(25);
    expect(found.readyAfter).toBeLessThan(LONGEST_PAUSE_MS);
  }, 120_000);
});
