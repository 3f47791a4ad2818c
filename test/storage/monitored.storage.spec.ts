import {
  MemoryStorage,
  type SessionStorage,
  SessionStorageError,
  StorageConflictError,
  type StorageOperationOptions,
} from 'nestjs-betfair-session';
import { MonitoredStorage } from '../../lib/storage/monitored.storage.js';
import { FaultyStorage } from '../support/faulty.storage.js';
import { VirtualClock } from '../support/virtual.clock.js';

const KEY = 'session.token';
const TIMEOUT = 8_000;
const OPERATIONS = ['read', 'write', 'delete'] as const;

let clock: VirtualClock;
let faulty: FaultyStorage;
let store: MonitoredStorage;
let told: (SessionStorageError | undefined)[];

function bound(storage: SessionStorage): MonitoredStorage {
  return new MonitoredStorage(storage, clock, TIMEOUT, (failure) => told.push(failure));
}

beforeEach(() => {
  clock = new VirtualClock(20);
  faulty = new FaultyStorage();
  told = [];
  store = bound(faulty);
});

function operate(
  operation: (typeof OPERATIONS)[number],
  options?: StorageOperationOptions,
): Promise<unknown> {
  const ifVersion = '1';
  if (operation === 'read') return store.read(KEY, options);
  if (operation === 'delete') return store.delete(KEY, { ifVersion }, options);
  return store.write(KEY, 'new', { ifVersion }, options);
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return clock.until(
    work.then(
      () => {
        throw new Error('It should have failed.');
      },
      (error: unknown) => error,
    ),
  );
}

describe('a store behind the session manager', () => {
  it('does what it is asked, and has failed at nothing', async () => {
    const version = await store.write(KEY, 'old', { ifAbsent: true });
    expect(await store.read(KEY)).toEqual({ value: 'old', version });
    await store.delete(KEY, { ifVersion: version });
    expect(await store.read(KEY)).toBeUndefined();
    expect(store.degraded).toBe(false);
    expect(told).toEqual([]);
    expect(clock.timers).toBe(0);
  });

  describe.each(OPERATIONS)('in a %s', (operation) => {
    beforeEach(() => faulty.put(KEY, 'old'));

    it('that hangs fails in time, and says which store to look at', async () => {
      faulty.fail(operation, 'hang');
      const failure = await failureOf(operate(operation));
      expect(clock.monotonic()).toBe(TIMEOUT);
      expect(failure).toBeInstanceOf(SessionStorageError);
      expect(failure).toMatchObject({
        failure: 'unavailable',
        message: `The session store did not answer a ${operation} of "${KEY}" within ${TIMEOUT} ms. Check that it is up and reachable.`,
      });
      expect(told).toEqual([failure]);
      expect(store.degraded).toBe(true);
    });

    it('that fails with its own error shows only the kind of it', async () => {
      const secret = { name: 'RedisError', code: 'NOAUTH', url: 'redis://:CANARY@host' };
      faulty.fail(operation, Object.assign(new Error('CANARY'), secret));
      const failure = await failureOf(operate(operation));
      expect(failure).toBeInstanceOf(SessionStorageError);
      expect(failure).toMatchObject({
        failure: 'unavailable',
        message: `The session store failed to ${operation} "${KEY}": NOAUTH.`,
        cause: { name: 'RedisError', code: 'NOAUTH', message: 'NOAUTH' },
      });
      expect(failure).not.toHaveProperty('cause.url');
      expect(told).toEqual([failure]);
    });

    it('that fails with an error of the runtime shows its code and no quote', async () => {
      const error = Object.assign(new Error("ENOENT: open 'CANARY'"), { code: 'ENOENT' });
      faulty.fail(operation, error);
      expect(await failureOf(operate(operation))).toMatchObject({
        message: `The session store failed to ${operation} "${KEY}": ENOENT.`,
        cause: { code: 'ENOENT', message: 'ENOENT' },
      });
    });

    it('that fails with an error for it fails with that', async () => {
      const denied = new SessionStorageError('No.', 'denied');
      faulty.fail(operation, denied);
      expect(await failureOf(operate(operation))).toBe(denied);
      expect(told).toEqual([denied]);
    });

    it('that loses works: that is an answer', async () => {
      faulty.fail(operation, new Error('down'));
      await failureOf(operate(operation));
      const conflict = new StorageConflictError(KEY);
      faulty.fail(operation, conflict);
      expect(await failureOf(operate(operation))).toBe(conflict);
      expect(store.degraded).toBe(false);
      expect(told).toEqual([expect.any(SessionStorageError), undefined]);
    });

    it('on which the caller gives up has neither failed nor recovered', async () => {
      const reason = new Error('enough');
      for (const degraded of [false, true]) {
        const controller = new AbortController();
        faulty.fail(operation, 'hang');
        const failing = failureOf(operate(operation, controller));
        controller.abort(reason);
        expect(await failing).toBe(reason);
        expect(store.degraded).toBe(degraded);
        faulty.fail(operation, new Error('down'));
        await failureOf(operate(operation, {}));
      }
      expect(told).toHaveLength(1);
    });
  });

  it('is reported once when it begins to fail, and once when it works again', async () => {
    for (let round = 0; round < 2; round++) {
      faulty.fail('read', new Error('down'), { times: 3 });
      for (let count = 0; count < 3; count++) await failureOf(store.read(KEY));
      for (let count = 0; count < 3; count++) await store.read(KEY);
    }
    const failed = expect.any(SessionStorageError);
    expect(told).toEqual([failed, undefined, failed, undefined]);
  });

  it('has its operation ended with the time', async () => {
    const signals: AbortSignal[] = [];
    class Signalled implements SessionStorage {
      readonly #hang = (options?: StorageOperationOptions): Promise<never> => {
        if (options?.signal) signals.push(options.signal);
        return new Promise(() => undefined);
      };
      read = (_key: string, options?: StorageOperationOptions) => this.#hang(options);
      write = (...[, , , options]: Parameters<SessionStorage['write']>) => this.#hang(options);
      delete = (...[, , options]: Parameters<SessionStorage['delete']>) => this.#hang(options);
    }
    store = bound(new Signalled());
    for (const operation of OPERATIONS) await failureOf(operate(operation));
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true]);
  });
});

describe('closing a store', () => {
  it('closes it if it can be closed', async () => {
    let closed = 0;
    const closable = Object.assign(new MemoryStorage(), {
      close: async () => {
        closed += 1;
      },
    });
    await bound(closable).close();
    expect(closed).toBe(1);
    await bound(new MemoryStorage()).close();
  });

  it('takes no longer than an operation', async () => {
    const hanging = Object.assign(new MemoryStorage(), {
      close: () => new Promise<void>(() => undefined),
    });
    const failure = await failureOf(bound(hanging).close());
    expect(failure).toBeInstanceOf(SessionStorageError);
    expect(failure).toMatchObject({
      failure: 'unavailable',
      message: 'The session store did not close in time.',
    });
    expect(clock.monotonic()).toBe(TIMEOUT);
  });
});

describe('conflicts behind the session manager', () => {
  let found: string;

  beforeEach(() => {
    found = 'v';
    store = bound({
      read: async () => ({ value: 'old', version: found }),
      write: async (key) => {
        throw new StorageConflictError(key);
      },
      delete: async () => {},
    });
  });

  it('over a version that stays for longer than a second are a fault of the store', async () => {
    for (const ms of [0, 600]) {
      await clock.advance(ms);
      expect(await failureOf(store.write(KEY, 'new', { ifVersion: 'v' }))).toBeInstanceOf(
        StorageConflictError,
      );
      await store.read(KEY);
    }
    await clock.advance(600);
    const failure = await failureOf(store.write(KEY, 'new', { ifVersion: 'v' }));
    expect(failure).toMatchObject({ failure: 'misconfigured', retryable: false });
    expect(String(failure)).toMatch(/a trigger, .* reads from a replica/);
    expect(told).toEqual([failure]);
    expect(store.degraded).toBe(true);
  });

  it.each([
    ['while reads lag behind', 10, async () => void (await store.read(KEY))],
    ['that nobody read again', 600, async () => {}],
    [
      'after which another version was read',
      600,
      async () => {
        found = 'other';
        await store.read(KEY);
        found = 'v';
        await store.read(KEY);
      },
    ],
  ])('%s are those of other writers', async (_, ms, between) => {
    for (let count = 0; count < 8; count++) {
      expect(await failureOf(store.write(KEY, 'new', { ifVersion: 'v' }))).toBeInstanceOf(
        StorageConflictError,
      );
      await clock.advance(ms);
      await between();
    }
    expect(told).toEqual([]);
  });
});
