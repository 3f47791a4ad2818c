import { randomUUID } from 'node:crypto';
import type { Clock, ClockTimer } from '../common/clock.js';
import {
  BetfairConfigurationError,
  SessionStorageError,
  StorageConflictError,
} from '../errors/index.js';
import { assertConditionalWrites } from './conditional-writes.check.js';
import { formatLeaseRecord, type LeaseRecord, parseLeaseRecord } from './lease.record.js';
import type { SessionStorage } from './session-storage.interface.js';

/** The permission to make one login. */
export interface LoginPermit {
  /** Monotonic time after which the login must not be made any more. */
  readonly until: number;
}

/** A login must be over that much before the lease could be taken over. */
const SAFETY = 3_000;
/** The lease is kept that long after a login, so that a fleet makes at most 20 a minute whatever goes wrong. */
const PAUSE_AFTER_LOGIN = 3_000;
/** What a holder's duration counts at the most: a damaged record must not hold logins back for ever. */
const LONGEST_DURATION = 10 * 60_000;
const TRIES = 3;

interface StoredRecord {
  readonly record: LeaseRecord;
  readonly version: string | undefined;
}

/**
 * The lease of the one login of a fleet: a record beside the token, changed by compare-and-set only. It saves logins
 * and guards nothing: two at once would waste one, and compare-and-set on the token keeps one session all the same.
 */
export class LoginLease {
  readonly #id = randomUUID();
  /** The version with a holder that was seen last, and since when: its holder is gone once its duration has passed. */
  #watched: { readonly version: string; readonly since: number } | undefined;
  #holds = false;
  /** It is being given back, at once or in a while, and until then no login is made under it. */
  #leaving = false;
  #tested = false;
  #claimed = false;
  #release: ClockTimer | undefined;

  constructor(
    private readonly storage: SessionStorage,
    /** Name of the record. */
    readonly key: string,
    private readonly account: string,
    /** Milliseconds. */
    private readonly duration: number,
    private readonly clock: Clock,
  ) {}

  /**
   * Makes sure, once, that what is stored belongs to this account. Needed where the name of the object does not say so.
   *
   * @throws BetfairConfigurationError the record is that of another account
   * @throws SessionStorageError the store cannot be used
   */
  async claim(signal?: AbortSignal): Promise<void> {
    if (this.#claimed) return;
    const { record, version } = await this.#read(signal);
    const lost =
      version === undefined && (await this.#tryWrite(record, version, signal)) === undefined;
    // Somebody else wrote it meanwhile, for whatever account.
    if (lost) await this.#read(signal);
    this.#claimed = true;
  }

  /**
   * Takes the lease if it is free, or if its holder has not moved for its whole duration.
   *
   * @param check sees the record before anything is changed, and throws where no login may be made
   * @returns `undefined` while another process has it
   * @throws SessionStorageError the store cannot be used, or does not write conditionally
   * @throws BetfairConfigurationError the record is that of another account
   */
  async take(
    check: (record: LeaseRecord) => void,
    signal: AbortSignal,
  ): Promise<LoginPermit | undefined> {
    const stored = await this.#read(signal);
    check(stored.record);
    if (!this.#isFree(stored)) return undefined;
    const { duration } = this;
    const taken = { ...stored.record, holder: { id: this.#id, duration } };
    const from = this.clock.monotonic();
    const version = await this.#tryWrite(taken, stored.version, signal);
    if (version === undefined) return undefined;
    this.#holds = true;
    this.#stay();
    try {
      if (!this.#tested) {
        await assertConditionalWrites((over) => this.#tryWrite(taken, over, signal), version);
      }
      this.#tested = true;
    } catch (error) {
      // No login follows, so nobody should wait for one.
      this.release().catch(() => undefined);
      throw error;
    }
    return { until: from + duration - SAFETY };
  }

  /** Gives the lease back, in a while. */
  releaseSoon(): void {
    // A change of the record has given it back already.
    if (!this.#holds) return;
    this.#stay();
    this.#leaving = true;
    this.#release = this.clock.timer(() => {
      this.release().catch(() => undefined);
    }, PAUSE_AFTER_LOGIN);
  }

  /** Gives the lease back now, if this process has it. A failure is harmless: others see it expire. */
  async release(): Promise<void> {
    this.#stay();
    if (!this.#holds) return;
    this.#leaving = true;
    try {
      await this.change((record) => record);
    } finally {
      this.#leaving = false;
    }
  }

  /**
   * Changes the record, and gives the lease back with it.
   *
   * @returns the record as it is then
   * @throws SessionStorageError the record could not be changed
   */
  async change(change: (record: LeaseRecord) => LeaseRecord): Promise<LeaseRecord> {
    for (let attempt = 1; attempt <= TRIES; attempt++) {
      const stored = await this.#read();
      const { record, version } = stored;
      const changed = change(record.holder?.id === this.#id ? { ...record, holder: null } : record);
      // A write that changes nothing would make those who watch another's holder begin anew.
      const done = changed === record || (await this.#tryWrite(changed, version)) !== undefined;
      if (!done) continue;
      this.#holds = false;
      return changed;
    }
    throw new SessionStorageError(
      `The record "${this.key}" is changed by others faster than it can be written.`,
      'unavailable',
    );
  }

  /** Calls off a release that was to come. */
  #stay(): void {
    this.#release?.cancel();
    this.#release = undefined;
    this.#leaving = false;
  }

  #isFree({ record: { holder }, version }: StoredRecord): boolean {
    if (holder === null || version === undefined) return true;
    // Ours: kept on purpose after a login, or from an attempt whose answer was lost.
    if (holder.id === this.#id) return !this.#leaving;
    const now = this.clock.monotonic();
    if (this.#watched?.version !== version) this.#watched = { version, since: now };
    return now - this.#watched.since >= Math.min(holder.duration, LONGEST_DURATION);
  }

  async #read(signal?: AbortSignal): Promise<StoredRecord> {
    const stored = await this.storage.read(this.key, { signal });
    const record = stored && parseLeaseRecord(stored.value);
    if (record === undefined) {
      const empty = { account: this.account, holder: null, refusals: {}, ban: null };
      return { record: empty, version: stored?.version };
    }
    if (record.account !== this.account) {
      throw new BetfairConfigurationError(
        `sessionKey: the stored session belongs to another Betfair account (see "${this.key}"). Leave sessionKey out, or give each account a key of its own.`,
      );
    }
    return { record, version: stored?.version };
  }

  async #tryWrite(
    record: LeaseRecord,
    version: string | undefined,
    signal?: AbortSignal,
  ): Promise<string | undefined> {
    const condition = version === undefined ? { ifAbsent: true as const } : { ifVersion: version };
    try {
      return await this.storage.write(this.key, formatLeaseRecord(record), condition, { signal });
    } catch (error) {
      if (error instanceof StorageConflictError) return undefined;
      throw error;
    }
  }
}
