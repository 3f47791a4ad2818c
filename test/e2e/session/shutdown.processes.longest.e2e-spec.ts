import { Agent } from 'node:http';
import { jest } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type Application,
  type ChildSettings,
  ShutdownBench,
} from './support/shutdown-processes.js';

// Whole processes, on machines that may be busy.
jest.setTimeout(60_000);

/** Seconds from the signal until the process must be gone; a container is killed after 10. */
const LONGEST_S = 8;

/** The rest of it is left in the record, since nobody has to wait for it at a shutdown. */
const PAUSE_AFTER_LOGIN_MS = 3_000;

let bench: ShutdownBench;
beforeEach(async () => {
  bench = await ShutdownBench.open();
});
afterEach(async () => {
  expect(bench.simulator.counts.logouts).toBe(0);
  await bench.close();
});

/** Waits until `condition` holds. */
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 20_000;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error('It did not happen within 20 s.');
    await delay(20);
  }
}

/** Milliseconds for which the record keeps other processes from a login. */
async function leaseLeft(): Promise<number> {
  return (await bench.holder())?.duration ?? 0;
}

/** Sends SIGTERM, and tells the seconds until the process is gone. */
async function terminate({ child, exited }: Application): Promise<number> {
  const from = performance.now();
  child.kill('SIGTERM');
  return ((await exited) - from) / 1_000;
}

const closed = { status: 503, body: expect.objectContaining({ code: 'BETFAIR_CLOSED' }) };
const done = { status: 200 };

interface Phase extends ChildSettings {
  readonly phase: string;
  /** What the request that waits asks for. */
  readonly path: string;
  /** Brings about the phase; the request is sent after it. */
  readonly prepare?: (application: Application) => unknown;
  /** Tells when the request waits. */
  readonly waits: () => boolean | Promise<boolean>;
  readonly answer: object;
}

const requestsTo = (endpoint: string) =>
  bench.simulator.requests.filter((request) => request.endpoint === endpoint).length;
const paused = () => delay(500).then(() => true);

/** Has a session, and lets the next API request go wrong. */
const apiFails =
  (fault: 'hung' | 'hung-body' | { slow: number }) => async (application: Application) => {
    expect(await application.get('session')).toMatchObject(done);
    bench.simulator.fail('api', fault);
  };

const phases: Phase[] = [
  {
    phase: 'a login that hangs',
    path: 'session',
    prepare: () => bench.simulator.fail('certLogin', 'hung'),
    waits: () => requestsTo('certLogin') === 1,
    answer: closed,
  },
  {
    phase: 'a keepAlive that hangs and validates the stored token',
    path: 'session',
    prepare: async () => {
      const before = await bench.start();
      expect(await before.get('session')).toMatchObject(done);
      await terminate(before);
      bench.simulator.fail('keepAlive', 'hung', { times: Infinity });
    },
    waits: () => requestsTo('keepAlive') === 1,
    answer: closed,
  },
  {
    phase: 'a store that hangs',
    path: 'session',
    hangs: 'always',
    waits: paused,
    answer: closed,
  },
  {
    phase: 'a login that hangs while the store does not let the lease go',
    path: 'session',
    hangs: 'after the lease was taken',
    prepare: () => bench.simulator.fail('certLogin', 'hung'),
    waits: () => paused().then(() => requestsTo('certLogin') === 1),
    answer: closed,
  },
  {
    phase: 'an API call that hangs',
    path: 'call',
    prepare: apiFails('hung'),
    waits: () => requestsTo('api') === 1,
    answer: closed,
  },
  {
    phase: 'an API call whose answer stops halfway',
    path: 'call',
    prepare: apiFails('hung-body'),
    waits: () => requestsTo('api') === 1,
    answer: closed,
  },
  {
    phase: 'a fetch whose headers hang',
    path: 'fetch',
    prepare: apiFails('hung'),
    waits: () => requestsTo('api') === 1,
    answer: closed,
  },
  {
    phase: 'a request of an attached axios that hangs',
    path: 'attached',
    prepare: apiFails('hung'),
    waits: () => requestsTo('api') === 1,
    answer: closed,
  },
  {
    phase: 'a login that it first asks for during the shutdown, and that hangs',
    path: 'late',
    prepare: () => bench.simulator.fail('certLogin', 'hung'),
    waits: paused,
    answer: closed,
  },
  {
    phase: 'a login that is answered in time',
    path: 'session',
    prepare: () => bench.simulator.fail('certLogin', { slow: 2_000 }),
    waits: () => requestsTo('certLogin') === 1,
    answer: done,
  },
  {
    phase: 'an API call that is answered in time',
    path: 'call',
    prepare: apiFails({ slow: 2_000 }),
    waits: () => requestsTo('api') === 1,
    answer: done,
  },
  {
    phase: 'a session in memory during the shutdown',
    path: 'late',
    prepare: async (application) => {
      expect(await application.get('session')).toMatchObject(done);
    },
    waits: paused,
    answer: done,
  },
  {
    phase: 'a session in memory that it asks for after everything else was ended',
    path: 'latest',
    prepare: async (application) => {
      expect(await application.get('session')).toMatchObject(done);
    },
    waits: paused,
    answer: closed,
  },
];

it.each(phases)(
  'answers a request that waits for $phase, and exits in time',
  async ({ phase: _phase, path, prepare, waits, answer, ...settings }) => {
    const application = await bench.start(settings);
    await prepare?.(application);
    const reply = application.get(path);
    await until(waits);
    expect(await terminate(application)).toBeLessThan(LONGEST_S);
    expect(await reply).toMatchObject(answer);
    // If the store hangs, nobody can give the lease back; it expires.
    if (settings.hangs === undefined)
      expect(await leaseLeft()).toBeLessThanOrEqual(PAUSE_AFTER_LOGIN_MS);
  },
);

it('answers a request that waits for the lease of another process, and exits in time', async () => {
  bench.simulator.fail('certLogin', 'hung');
  const holder = await bench.start();
  const held = holder.get('session');
  await until(() => requestsTo('certLogin') === 1);
  const application = await bench.start();
  const reply = application.get('session');
  await delay(500);
  expect(await terminate(application)).toBeLessThan(LONGEST_S);
  expect(await reply).toMatchObject(closed);
  expect(await bench.holder()).not.toBeNull();
  expect(await terminate(holder)).toBeLessThan(LONGEST_S);
  await held;
  expect(await leaseLeft()).toBeLessThanOrEqual(PAUSE_AFTER_LOGIN_MS);
});

it('answers a client that keeps its connection, and exits in time', async () => {
  bench.simulator.fail('certLogin', 'hung');
  const application = await bench.start();
  const reply = application.get('session', new Agent({ keepAlive: true }));
  await until(() => requestsTo('certLogin') === 1);
  expect(await terminate(application)).toBeLessThan(LONGEST_S);
  expect(await reply).toMatchObject(closed);
});

it('exits at once if it is idle, even with scheduled keep-alives', async () => {
  const application = await bench.start({ options: { keepAlive: true } });
  await until(() => requestsTo('certLogin') === 1);
  expect(await application.get('session')).toMatchObject(done);
  expect(await terminate(application)).toBeLessThan(2);
  expect(await leaseLeft()).toBeLessThanOrEqual(PAUSE_AFTER_LOGIN_MS);
});

it('exits in time on a second signal, and still answers the request', async () => {
  bench.simulator.fail('certLogin', 'hung');
  const application = await bench.start();
  const reply = application.get('session');
  await until(() => requestsTo('certLogin') === 1);
  const ended = terminate(application);
  await delay(1_000);
  application.child.kill('SIGTERM');
  expect(await ended).toBeLessThan(LONGEST_S);
  expect(await reply).toMatchObject(closed);
  expect(await leaseLeft()).toBeLessThanOrEqual(PAUSE_AFTER_LOGIN_MS);
});

it('exits after close() was called three times', async () => {
  bench.simulator.fail('certLogin', 'hung');
  const application = await bench.start({ onSignal: 'close twice' });
  const reply = application.get('session');
  await until(() => requestsTo('certLogin') === 1);
  expect(await terminate(application)).toBeLessThan(LONGEST_S);
  expect(await reply).toMatchObject(closed);
  expect(application.child.exitCode).toBe(0);
  expect(await leaseLeft()).toBeLessThanOrEqual(PAUSE_AFTER_LOGIN_MS);
});

it('is kept alive by no timer if only the first hook ran', async () => {
  const application = await bench.start({
    options: { keepAlive: true },
    onSignal: 'first hook only',
  });
  expect(await application.get('session')).toMatchObject(done);
  expect(await terminate(application)).toBeLessThan(LONGEST_S);
  expect(application.child.exitCode).toBe(0);
});

it('exits in time with three accounts whose store does not let their leases go', async () => {
  bench.simulator.fail('certLogin', 'hung', { times: 3 });
  const application = await bench.start({
    options: { keepAlive: true },
    others: ['second', 'third'],
    hangs: 'after the lease was taken',
  });
  await until(() => requestsTo('certLogin') === 3);
  await delay(500);
  expect(await terminate(application)).toBeLessThan(LONGEST_S);
});
