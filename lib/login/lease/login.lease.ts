import { randomUUID } from 'node:crypto';
import { onAbort, reasonOf } from '../../common/abort-listener.js';
import type { Clock } from '../../common/clock.js';
import { sleep } from '../../common/deadline.js';
import type { LoginRecord } from './lease.record.js';
import type { RecordStore, StoredRecord } from './record.store.js';

/** The permission to make one login. */
export interface LoginPermit {
  /** Monotonic time after which the login must not be made any more. */
  readonly until: number;
}

/** A change of the record that goes with giving the lease back. */
export type RecordChange = (record: LoginRecord) => LoginRecord;

/** Something that this process knows about logins and the record does not say yet. */
export interface News {
  addTo(record: LoginRecord): LoginRecord;
  /** Called once the record says it. */
  shared(record: LoginRecord): void;
}

/** The knowledge of this process about logins. */
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
  /** Ends the pause. */
  readonly pause: AbortController;
  /** Ends the write. */
  readonly write: AbortController;
}

/** A login must be over that much before the lease could be taken over. */
const SAFETY_MS = 3_000;
/** The lease is kept that long after a login, so that a fleet makes at most 20 a minute whatever goes wrong. */
const PAUSE_AFTER_LOGIN_MS = 3_000;
/** Clocks are not further apart than that; a holder that is older is gone also for who lives too short to watch it. */
const ABANDONED_MS = 3 * 60 * 60_000;
/** Longest duration of a holder that is believed: a damaged record must not hold logins back forever. */
const LONGEST_DURATION_MS = 10 * 60_000;

/**
 * The lease of the one login of a fleet: who is named in the record. It saves logins and guards nothing: two at once
 * would waste one, and compare-and-set on the token keeps one session all the same.
 */
export class LoginLease {
  /** The holder that was seen last, and since when: it is gone once its duration has passed. */
  #watched: { readonly id: string; readonly since: number } | undefined;
  /** The record with this process as its holder; without a version: it may have been written. */
  #taken: Taken | undefined;
  /** The release that is to come when the pause after a login is over. */
  #leaving: Leaving | undefined;
  /** It is being given back for good. */
  #closing = false;
  #closed = false;

  constructor(
    private readonly records: RecordStore,
    private readonly knowledge: Knowledge,
    /** Milliseconds. */
    private readonly duration: number,
    private readonly clock: Clock,
  ) {}

  /** Settles when this process has given the lease back, or could not; until then it makes no login under it. */
  get leaving(): Promise<void> | undefined {
    return this.#leaving?.done;
  }

  /** Milliseconds until the lease is free, if its holder does not move; 0: it is. */
  heldFor({ record: { holder }, version }: StoredRecord): number {
    // Ours: from an attempt whose answer was lost, or that could not be given back.
    if (holder === null || version === undefined || holder.id === this.#taken?.id) return 0;
    if (this.clock.wall() - (holder.since ?? Infinity) > ABANDONED_MS) return 0;
    const now = this.clock.monotonic();
    if (this.#watched?.id !== holder.id) this.#watched = { id: holder.id, since: now };
    return Math.max(0, this.#watched.since + Math.min(holder.duration, LONGEST_DURATION_MS) - now);
  }

  /**
   * Takes the lease, which is free.
   *
   * @param stored what was read just now
   * @returns `undefined` if somebody else was faster
   * @throws SessionStorageError the store cannot be used
   */
  async take(
    { record, version }: StoredRecord,
    signal: AbortSignal,
  ): Promise<LoginPermit | undefined> {
    const { clock, duration, records } = this;
    const before = this.#taken;
    // One for each time: what still goes on of an earlier one must not give this one back.
    const id = randomUUID();
    const taken = { ...record, holder: { id, duration, since: clock.wall() } };
    const from = clock.monotonic();
    // If the answer of the store is lost, it may be ours all the same.
    this.#taken = { id, record: taken, version: undefined };
    const written = await records.write(taken, version, signal);
    this.#taken = written === undefined ? before : { id, record: taken, version: written };
    return written === undefined ? undefined : { until: from + duration - SAFETY_MS };
  }

  /** Gives the lease back after a pause. */
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
   * Gives the lease back now, if this process has it. What is left of the pause after its login is left to those who
   * watch the record: nobody has to wait for it at a shutdown.
   *
   * @param change goes with it, unless a release after a pause, with its own change, is under way
   * @throws SessionStorageError the record could not be changed; harmless: others see the lease expire
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
   * Writes what this process knows into the record, and gives the lease back if this process has it.
   *
   * @param keeps whether the lease is given back later, after a pause
   * @throws SessionStorageError the record could not be changed
   */
  tell(change?: RecordChange, signal?: AbortSignal, keeps = false): Promise<void> {
    return this.#giveBack(change, keeps ? 'kept' : 0, signal);
  }

  /** Gives the lease back for good. */
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
