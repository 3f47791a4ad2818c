import {
  type BetfairSessionError,
  MemoryStorage,
  type SessionStorage,
  SessionStorageError,
  type StorageOperationOptions,
  type WriteCondition,
} from 'nestjs-betfair-session';
import type { Clock } from '../../../lib/common/clock.js';
import { LoginGuard } from '../../../lib/login/guard/login.guard.js';
import { createFleet } from '../../../lib/login/fleet.js';
import type { LoginLease, LoginPermit } from '../../../lib/login/lease/login.lease.js';
import type { LoginPermits, Moved } from '../../../lib/login/login.permits.js';
import {
  EMPTY_RECORD,
  type LoginRecord,
  parseLoginRecord,
} from '../../../lib/login/lease/lease.record.js';
import { LoginSpread } from '../../../lib/login/login.spread.js';
import { RecordStore } from '../../../lib/login/lease/record.store.js';
import { VirtualClock } from '../../support/virtual.clock.js';

/** Milliseconds that a login of these processes may take. */
export const DURATION = 7_000;
/** Name of the record. */
export const KEY = 'session.token.lease';
export const ACCOUNT = '0123456789abcdef';
/** A record of the account that says nothing. */
export const EMPTY: LoginRecord = { ...EMPTY_RECORD, account: ACCOUNT };
export const REFUSALS = { f00d: 'ACCOUNT_NOW_LOCKED' };

const TOKEN_KEY = 'session.token';
/** Of credentials that nobody refused. */
const FINGERPRINT = 'cafe';

export interface ProcessOptions {
  readonly storage: SessionStorage;
  readonly clock: Clock;
  readonly account: string;
  /** Milliseconds that a login of this process may take. */
  readonly duration: number;
  /** Whether the store must be seen to write conditionally before the first login. */
  readonly isToBeTested: boolean;
}

/** One process as far as its logins are concerned: the parts of a service that share the record, put together alike. */
export class Process {
  readonly records: RecordStore;
  readonly guard: LoginGuard;
  readonly lease: LoginLease;
  readonly #permits: LoginPermits;
  readonly #spread: LoginSpread;

  /** Told in order: the longest time of each wait for another process. */
  readonly waits: number[] = [];
  /** Told in order: what holds logins back. */
  readonly obstacles: BetfairSessionError[] = [];

  constructor({ storage, clock, account, duration, isToBeTested }: ProcessOptions) {
    this.records = new RecordStore(storage, KEY, TOKEN_KEY, account);
    this.guard = new LoginGuard(
      clock,
      { publish: (event) => 'error' in event && this.obstacles.push(event.error) },
      KEY,
    );
    const { lease, permits } = createFleet({
      guard: this.guard,
      records: this.records,
      isToBeTested,
      lookAtToken: async (signal) => {
        const stored = await storage.read(TOKEN_KEY, { signal });
        return stored && { token: stored.value, version: stored.version };
      },
      clock,
      persistence: 'required',
      leaseDuration: duration,
      onWaiting: (ms) => this.waits.push(ms),
    });
    this.lease = lease;
    this.#permits = permits;
    this.#spread = new LoginSpread(clock, duration);
  }

  /** Looks once, and takes the lease if it is free. */
  async take(signal: AbortSignal = new AbortController().signal): Promise<LoginPermit | undefined> {
    const stored = await this.records.read(signal);
    return this.lease.heldFor(stored) > 0 ? undefined : this.lease.take(stored, signal);
  }

  /** Waits for the permission to log in, or for a token that another process stores. */
  permit(
    signal: AbortSignal = new AbortController().signal,
  ): Promise<LoginPermit | Moved | 'alone'> {
    return this.#permits.get(undefined, FINGERPRINT, this.#spread, signal);
  }
}

/** Several processes on one store and one clock. */
export function createProcesses(storage = new MemoryStorage()) {
  const clock = new VirtualClock();
  return {
    clock,
    storage,
    create: ({ account = ACCOUNT, duration = DURATION, ahead = 0, isToBeTested = true } = {}) =>
      new Process({ storage, account, duration, isToBeTested, clock: shifted(clock, ahead) }),
    record: async (): Promise<LoginRecord> =>
      JSON.parse((await storage.read(KEY))?.value ?? 'null'),
    /** Writes the record as an operator would, whatever it holds. */
    put: (text: string) => put(storage, KEY, text),
    storeToken: (text: string) => put(storage, TOKEN_KEY, text),
  };
}

/** A store that counts what it is asked for, and around whose writes something may happen. */
export class WatchedStorage extends MemoryStorage {
  readonly counts = { read: 0, write: 0 };
  before: (() => unknown) | undefined;
  after: (() => unknown) | undefined;

  /** Reads and writes together. */
  get operations(): number {
    return this.counts.read + this.counts.write;
  }

  override read(...parameters: Parameters<MemoryStorage['read']>) {
    this.counts.read += 1;
    return super.read(...parameters);
  }

  override async write(...parameters: Parameters<MemoryStorage['write']>): Promise<string> {
    this.counts.write += 1;
    await this.before?.();
    const version = await super.write(...parameters);
    await this.after?.();
    return version;
  }
}

/** A store that answers some of what it is asked only with the end of the caller's signal. */
export class HangingStorage extends MemoryStorage {
  /** Operations that hang now. */
  hanging = 0;

  constructor(private readonly what: 'read' | 'release') {
    super();
  }

  override read(key: string, options: StorageOperationOptions = {}) {
    return this.what === 'read' ? this.#hang(options) : super.read(key, options);
  }

  override write(
    key: string,
    value: string,
    condition: WriteCondition,
    options: StorageOperationOptions = {},
  ): Promise<string> {
    const isRelease = parseLoginRecord(value).holder?.duration !== DURATION;
    return this.what === 'release' && isRelease
      ? this.#hang(options)
      : super.write(key, value, condition, options);
  }

  #hang({ signal }: StorageOperationOptions): Promise<never> {
    this.hanging += 1;
    return new Promise((_, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason));
    });
  }
}

/** Makes an operation of a store fail. */
export function fail(): never {
  throw new SessionStorageError('The store is down.', 'unavailable');
}

async function put(storage: SessionStorage, key: string, text: string): Promise<void> {
  const stored = await storage.read(key);
  await storage.write(key, text, stored ? { ifVersion: stored.version } : { ifAbsent: true });
}

/** The clock of a machine on which it is later, or earlier. */
function shifted(clock: Clock, ahead: number): Clock {
  return {
    monotonic: () => clock.monotonic() + ahead,
    wall: () => clock.wall() + ahead,
    random: () => clock.random(),
    timer: clock.timer.bind(clock),
    deadline: clock.deadline.bind(clock),
  };
}
