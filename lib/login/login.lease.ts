import { randomUUID } from 'node:crypto';
import { onAbort, reasonOf } from '../common/abort-listener.js';
import type { Clock } from '../common/clock.js';
import { sleep } from '../common/deadline.js';
import type { LoginRecord } from './login.record.js';
import type { RecordStore, StoredRecord } from './record.store.js';

/** The permission to make one login. */
export interface LoginPermit {
  /** Monotonic time after which the login must not be made any more. */
  readonly until: number;
}

/** A change of the record that goes with giving the lease back. */
export type RecordChange = (record: LoginRecord) => LoginRecord;

/** What this process knows about logins and the record may not say yet. */
export interface Knowledge {
  addTo(record: LoginRecord): LoginRecord;
  markShared(record: LoginRecord): void;
}

interface Leaving {
  readonly done: Promise<void>;
  /** Ends the pause. */
  readonly pause: AbortController;
  /** Ends the write. */
  readonly write: AbortController;
}

/** A login must be over that much before the lease could be taken over. */
const SAFETY = 3_000;
/** The lease is kept that long after a login, so that a fleet makes at most 20 a minute whatever goes wrong. */
const PAUSE_AFTER_LOGIN = 3_000;
/** What a holder's duration counts at the most: a damaged record must not hold logins back for ever. */
const LONGEST_DURATION = 10 * 60_000;

/**
 * The lease of the one login of a fleet: who is named in the record. It saves logins and guards nothing: two at once
 * would waste one, and compare-and-set on the token keeps one session all the same.
 */
export class LoginLease {
  readonly #id = randomUUID();
  /** The version with a holder that was seen last, and since when: its holder is gone once its duration has passed. */
  #watched: { readonly version: string; readonly since: number } | undefined;
  /** The record with this process as its holder; without a version: it may have been written. */
  #taken: StoredRecord | undefined;
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
    if (holder === null || version === undefined || holder.id === this.#id) return 0;
    const now = this.clock.monotonic();
    if (this.#watched?.version !== version) this.#watched = { version, since: now };
    return Math.max(0, this.#watched.since + Math.min(holder.duration, LONGEST_DURATION) - now);
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
    const taken = { ...record, account: records.account, holder: { id: this.#id, duration } };
    const from = clock.monotonic();
    // If the answer of the store is lost, it may be ours all the same.
    this.#taken = { record: taken, version: undefined };
    const written = await records.write(taken, version, signal);
    this.#taken = written === undefined ? undefined : { record: taken, version: written };
    return written === undefined ? undefined : { until: from + duration - SAFETY };
  }

  /** Gives the lease back after a pause. */
  releaseSoon(change?: RecordChange): void {
    if (this.#taken === undefined || this.#leaving || this.#closing) return;
    const { clock } = this;
    const [pause, write] = [new AbortController(), new AbortController()];
    const endsAt = clock.monotonic() + PAUSE_AFTER_LOGIN;
    const done = sleep(clock, PAUSE_AFTER_LOGIN, pause.signal)
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
   * @throws SessionStorageError the record could not be changed
   */
  tell(signal?: AbortSignal): Promise<void> {
    return this.#giveBack(undefined, 0, signal);
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
    pause: number,
    signal?: AbortSignal,
  ): Promise<void> {
    if (this.#closed) return;
    const taken = this.#taken;
    const known = taken?.version === undefined ? undefined : taken;
    const written = await this.records.change(
      (record) => this.knowledge.addTo(this.#leave(change?.(record) ?? record, pause)),
      signal,
      known,
    );
    this.knowledge.markShared(written);
    if (this.#taken === taken) this.#taken = undefined;
  }

  #leave(record: LoginRecord, pause: number): LoginRecord {
    if (record.holder?.id !== this.#id) return record;
    const rest = Math.floor(pause);
    return { ...record, holder: rest > 0 ? { id: randomUUID(), duration: rest } : null };
  }
}
