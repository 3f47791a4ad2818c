import type { Clock } from '../common/clock.js';
import { abortable, sleep } from '../common/deadline.js';
import { LOOKS, Pauses } from '../common/pauses.js';
import { SessionStorageError } from '../errors/index.js';
import type { Persistence } from '../storage/contract/persistence.js';
import { assertKeepsRecord } from './lease/store.check.js';
import type { LoginGuard } from './guard/login.guard.js';
import type { LoginLease, LoginPermit, RecordChange } from './lease/login.lease.js';
import type { LoginSpread } from './login.spread.js';
import type { RecordStore, StoredRecord } from './lease/record.store.js';

/** Token that the store held when a login became necessary; `undefined`: none. */
export type FoundToken =
  | {
      /** `undefined` if the stored text cannot be a token. */
      readonly token: string | undefined;
      readonly version: string;
      /** The login record, if it was read after the token. */
      readonly record?: StoredRecord | undefined;
    }
  | undefined;

/** Token that the store holds now, if it is not the one that was found. */
export interface Moved {
  readonly moved: FoundToken;
}

export interface PermitDependencies {
  readonly guard: LoginGuard;
  readonly lease: LoginLease;
  readonly records: RecordStore;
  /** `true` if conditional writes must be tested before the first login. */
  readonly isToBeTested: boolean;
  readonly noteTest: RecordChange;
  /** Reads the stored token without checking its account. */
  readonly lookAtToken: (signal: AbortSignal) => Promise<FoundToken>;
  readonly clock: Clock;
  readonly persistence: Persistence;
  /** Called once in each wait for another process, with the longest wait in milliseconds. */
  readonly onWaiting: (ms: number) => void;
}

/** Reads of the token for each read of the record while another process logs in. */
const TOKEN_READS_PER_RECORD_READ = 3;

/** Gets the permission to log in, or finds the token of another process that has just logged in. */
export class LoginPermits {
  constructor(private readonly deps: PermitDependencies) {}

  /**
   * Waits until this process may log in or another one has.
   *
   * @returns the permit, or the new token; `'alone'` if the store is unreachable, so processes cannot see each other
   * @throws BetfairSessionError no login is allowed
   */
  async get(
    found: FoundToken,
    fingerprint: string,
    spread: LoginSpread,
    signal: AbortSignal,
  ): Promise<LoginPermit | Moved | 'alone'> {
    const { clock, lease, onWaiting } = this.deps;
    let pause = new Pauses(clock, LOOKS);
    const afterTelling = new Pauses(clock, LOOKS);
    /** Milliseconds until the last seen holder's lease expires; `undefined`: none was seen. */
    let freeIn: number | undefined;
    // Saves a read. If the record is out of date, taking the lease conflicts.
    let known = found?.record?.record.holder === null ? found.record : undefined;
    for (;;) {
      // This process may still be releasing the lease of its last login.
      await abortable(async () => lease.leaving, signal);
      const attempt = await this.#reach(() => this.#attempt(found, known, fingerprint, signal));
      known = undefined;
      if (attempt === 'unreachable') {
        await spread.wait(signal);
        // The token may still be readable; one from another process saves this login.
        return (await this.#findMoved(found, signal)) ?? 'alone';
      }
      if (attempt === 'told') {
        await afterTelling.wait(signal);
        continue;
      }
      if (attempt !== 'lost') {
        if (!('freeIn' in attempt)) return attempt;
        if (freeIn === undefined) onWaiting(attempt.freeIn);
      }
      // The process that was faster probably logs in now, so its token is looked for first.
      const longest = attempt === 'lost' ? Infinity : attempt.freeIn;
      // Another holder has begun a login, so a token may come soon.
      if (freeIn !== undefined && longest > freeIn) pause = new Pauses(clock, LOOKS);
      if (attempt !== 'lost' || freeIn !== undefined) freeIn = longest;
      const moved = await this.#watchToken(found, longest, pause, signal);
      if (moved) return moved;
    }
  }

  async #attempt(
    found: FoundToken,
    known: StoredRecord | undefined,
    fingerprint: string,
    signal: AbortSignal,
  ): Promise<LoginPermit | Moved | 'lost' | 'told' | { readonly freeIn: number }> {
    const { guard, lease, records } = this.deps;
    const stored = known ?? (await records.read(signal));
    guard.learn(stored.record);
    // A refusal that could not be recorded when it happened.
    const hasTold =
      guard.news !== undefined &&
      (await lease.tell(undefined, signal).then(
        () => true,
        () => false,
      ));
    guard.assertAllowed(fingerprint);
    // The record has changed and must be read again.
    if (hasTold) return 'told';
    const freeIn = lease.heldFor(stored);
    if (freeIn > 0) return { freeIn };
    guard.assertWithinBudget();
    return this.#take(stored, found, signal);
  }

  async #take(
    { record, version }: StoredRecord,
    found: FoundToken,
    signal: AbortSignal,
  ): Promise<LoginPermit | Moved | 'lost'> {
    const { isToBeTested, lease, noteTest, records } = this.deps;
    let moved: Moved | undefined;
    const mustTest = isToBeTested && !record.tested;
    // The test needs two versions of the record.
    const before = mustTest
      ? (version ?? (await records.write(record, undefined, signal)))
      : version;
    if (mustTest && before === undefined) return 'lost';
    try {
      const permit = await lease.take({ record, version: before }, signal);
      if (permit === undefined) return 'lost';
      [moved] = await Promise.all([
        this.#findMoved(found, signal),
        mustTest && before !== undefined
          ? assertKeepsRecord(records, record, before, signal)
          : undefined,
      ]);
      if (moved === undefined) return permit;
    } catch (error) {
      // No login follows. The lease may be ours even if the answer of the store was lost.
      lease.release().catch(() => undefined);
      throw error;
    }
    // A failed release does no harm: there is a token, so nobody needs the lease.
    await lease.release(noteTest, signal).catch(() => undefined);
    return moved;
  }

  /** Looks for the token of the lease's holder, who stores it well before it releases the lease. */
  async #watchToken(
    found: FoundToken,
    freeIn: number,
    pause: Pauses,
    signal: AbortSignal,
  ): Promise<Moved | undefined> {
    const { clock } = this.deps;
    const freeAt = clock.monotonic() + freeIn;
    for (let read = 1; read <= TOKEN_READS_PER_RECORD_READ; read += 1) {
      const left = freeAt - clock.monotonic();
      if (left <= 0) break;
      await sleep(clock, Math.min(left, pause.next()), signal);
      const moved = await this.#findMoved(found, signal);
      if (moved) return moved;
    }
    return undefined;
  }

  async #findMoved(found: FoundToken, signal: AbortSignal): Promise<Moved | undefined> {
    const { lookAtToken, persistence } = this.deps;
    try {
      const moved = await lookAtToken(signal);
      return moved?.version === found?.version ? undefined : { moved };
    } catch (error) {
      if (persistence === 'best-effort' && error instanceof SessionStorageError) return undefined;
      throw error;
    }
  }

  async #reach<T>(attempt: () => Promise<T>): Promise<T | 'unreachable'> {
    try {
      return await attempt();
    } catch (error) {
      const tolerable = error instanceof SessionStorageError && error.failure !== 'unsupported';
      if (!tolerable || this.deps.persistence === 'required') throw error;
      return 'unreachable';
    }
  }
}
