import { randomUUID } from 'node:crypto';
import { onAbort, reasonOf } from '../../common/abort-listener.js';
import type { Clock } from '../../common/clock.js';
import { sleep } from '../../common/deadline.js';
import type { LoginRecord } from './lease.record.js';
import type { RecordStore, StoredRecord } from './record.store.js';

/** Permission to make one login. */
export interface LoginPermit {
  /** Monotonic time by which the login must be over. */
  readonly until: number;
}

/** Change of the record that is written with the release of the lease. */
export type RecordChange = (record: LoginRecord) => LoginRecord;

/** Facts about logins that this process knows and the record does not hold yet. */
export interface News {
  addTo(record: LoginRecord): LoginRecord;
  /** Called once the record holds them. */
  shared(record: LoginRecord): void;
}

/** Knowledge of this process about logins. */
interface Knowledge {
  readonly news: News | undefined;
  /** Called with the record that was written. */
  learn(record: LoginRecord): void;
}

interface Taken extends StoredRecord {
  readonly id: string;
}

interface Leaving {
  readonly done: Promise<void>;
  readonly pause: AbortController;
  readonly write: AbortController;
}

/** Milliseconds by which a login must be over before its lease expires. */
const SAFETY_MARGIN_MS = 3_000;
/** Milliseconds that the lease is kept after a login, which limits a fleet to 20 logins in a minute. */
const PAUSE_AFTER_LOGIN_MS = 3_000;
/** Age at which a lease is abandoned, also for a process that ends too soon to watch it. Exceeds clock differences. */
const ABANDONED_AFTER_MS = 3 * 60 * 60_000;
/** Longest lease that is believed: a damaged record must not block logins. */
const LONGEST_DURATION_MS = 10 * 60_000;

/**
 * Lease for the one login of a fleet, held by the process that the record names. It only saves logins: two logins at
 * once would waste one, but compare-and-set on the token still keeps one session.
 */
export class LoginLease {
  /** Last seen holder, and the monotonic time of its first sight: its lease expires a duration later. */
  #watched: { readonly id: string; readonly since: number } | undefined;
  /** Record with this process as its holder; without a version, it may or may not have been written. */
  #taken: Taken | undefined;
  /** Release that follows the pause after a login. */
  #leaving: Leaving | undefined;
  /** `true` while the last release is in progress. */
  #closing = false;
  #closed = false;

  constructor(
    private readonly records: RecordStore,
    private readonly knowledge: Knowledge,
    private readonly durationMs: number,
    private readonly clock: Clock,
  ) {}

  /** Settles when a release in progress has ended; until then this process makes no login. */
  get leaving(): Promise<void> | undefined {
    return this.#leaving?.done;
  }

  /** Returns the milliseconds until the lease expires; 0 if it is free. */
  heldFor({ record: { holder }, version }: StoredRecord): number {
    // This process may hold it after a write with a lost answer, or a failed release.
    if (holder === null || version === undefined || holder.id === this.#taken?.id) return 0;
    if (this.clock.wall() - (holder.since ?? Infinity) > ABANDONED_AFTER_MS) return 0;
    const now = this.clock.monotonic();
    if (this.#watched?.id !== holder.id) this.#watched = { id: holder.id, since: now };
    return Math.max(0, this.#watched.since + Math.min(holder.duration, LONGEST_DURATION_MS) - now);
  }

  /**
   * Takes the free lease.
   *
   * @param stored record that was read just now
   * @returns `undefined` if another process was faster
   * @throws SessionStorageError the store cannot be used
   */
  async take(
    { record, version }: StoredRecord,
    signal: AbortSignal,
  ): Promise<LoginPermit | undefined> {
    const { clock, durationMs: duration, records } = this;
    const before = this.#taken;
    // A new id each time, so that a late release of an earlier lease cannot release this one.
    const id = randomUUID();
    const taken = { ...record, holder: { id, duration, since: clock.wall() } };
    const from = clock.monotonic();
    // If the answer of the store is lost, this process may hold the lease.
    this.#taken = { id, record: taken, version: undefined };
    const written = await records.write(taken, version, signal);
    this.#taken = written === undefined ? before : { id, record: taken, version: written };
    return written === undefined ? undefined : { until: from + duration - SAFETY_MARGIN_MS };
  }

  /** Releases the lease after a pause. */
  releaseSoon(change: RecordChange): void {
    if (this.#taken === undefined || this.#leaving || this.#closing) return;
    const { clock } = this;
    const [pause, write] = [new AbortController(), new AbortController()];
    const endsAt = clock.monotonic() + PAUSE_AFTER_LOGIN_MS;
    const done = sleep(clock, PAUSE_AFTER_LOGIN_MS, pause.signal)
      .catch(() => undefined)
      .then(() => this.#giveBack(change, endsAt - clock.monotonic(), write.signal))
      .catch(() => undefined)
      .finally(() => {
        this.#leaving = undefined;
      });
    this.#leaving = { done, pause, write };
  }

  /**
   * Releases the lease now, if this process holds it. The rest of the pause after a login is left in the record, so
   * that other processes observe it and a shutdown need not wait.
   *
   * @param change written with it, unless {@link releaseSoon} is in progress with a change of its own
   * @throws SessionStorageError the record could not be changed; harmless, because the lease expires
   */
  async release(change?: RecordChange, signal?: AbortSignal): Promise<void> {
    const leaving = this.#leaving;
    if (leaving === undefined) {
      if (this.#taken) await this.#giveBack(change, 0, signal);
      return;
    }
    const unfollow = signal && onAbort(signal, () => leaving.write.abort(reasonOf(signal)));
    leaving.pause.abort();
    await leaving.done.finally(() => unfollow?.());
  }

  /**
   * Writes the knowledge of this process into the record, and releases the lease if this process holds it.
   *
   * @param keeps `true` to keep the lease, because {@link releaseSoon} follows
   * @throws SessionStorageError the record could not be changed
   */
  tell(change?: RecordChange, signal?: AbortSignal, keeps = false): Promise<void> {
    return this.#giveBack(change, keeps ? 'kept' : 0, signal);
  }

  /** Releases the lease for the last time. */
  async close(signal: AbortSignal): Promise<void> {
    this.#closing = true;
    await this.release(undefined, signal).finally(() => {
      this.#closed = true;
    });
  }

  async #giveBack(
    change: RecordChange | undefined,
    pause: number | 'kept',
    signal?: AbortSignal,
  ): Promise<void> {
    if (this.#closed) return;
    const taken = this.#taken;
    const { news } = this.knowledge;
    const written = await this.records.change(
      (record) => {
        const told = news?.addTo(record) ?? record;
        const changed = change?.(told) ?? told;
        return pause === 'kept' ? changed : this.#leave(changed, taken?.id, pause);
      },
      signal,
      taken?.version === undefined ? undefined : taken,
    );
    if (news) news.shared(written.record);
    else this.knowledge.learn(written.record);
    if (this.#taken !== taken) return;
    this.#taken = pause === 'kept' && taken ? { ...written, id: taken.id } : undefined;
  }

  #leave(record: LoginRecord, id: string | undefined, pause: number): LoginRecord {
    if (id === undefined || record.holder?.id !== id) return record;
    const duration = Math.floor(pause);
    const since = this.clock.wall();
    return { ...record, holder: duration > 0 ? { id: randomUUID(), duration, since } : null };
  }
}
