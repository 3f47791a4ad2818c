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

/** The token that the store held when a login became necessary; `undefined`: none. */
export type FoundToken =
  | {
      /** `undefined`: the stored text cannot be one. */
      readonly token: string | undefined;
      readonly version: string;
      /** The record beside it, if that was read after it. */
      readonly record?: StoredRecord | undefined;
    }
  | undefined;

/** The store holds something else by now. */
export interface Moved {
  readonly moved: FoundToken;
}

export interface PermitDependencies {
  readonly guard: LoginGuard;
  readonly lease: LoginLease;
  readonly records: RecordStore;
  /** `true` if the store must be seen to write conditionally before the first login. */
  readonly isToBeTested: boolean;
  readonly noteTest: RecordChange;
  /** Reads the stored token, whosever it is. */
  readonly lookAtToken: (signal: AbortSignal) => Promise<FoundToken>;
  readonly clock: Clock;
  readonly persistence: Persistence;
  /** Told once in each wait for another process, with its longest time in milliseconds. */
  readonly onWaiting: (ms: number) => void;
}

/** Looks at the token before each look at the record while another process logs in. */
const LOOKS_AT_TOKEN = 3;

/** Gets the permission for the one login of a fleet, or finds that another process has made it. */
export class LoginPermits {
  constructor(private readonly deps: PermitDependencies) {}

  /**
   * @returns what the store holds by now if that is something else; `'alone'` if processes cannot see each other
   * @throws BetfairSessionError no login may be made
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
    /** Milliseconds until the holder seen last is gone; `undefined`: none was seen. */
    let freeIn: number | undefined;
    // Saves a read. If it is out of date, the take conflicts; a record with a holder is read again.
    let known = found?.record?.record.holder === null ? found.record : undefined;
    for (;;) {
      // A release of our own is waited for by its own timer.
      await abortable(async () => lease.leaving, signal);
      const attempt = await this.#reach(() => this.#attempt(found, known, fingerprint, signal));
      known = undefined;
      if (attempt === 'unreachable') {
        await spread.wait(signal);
        // Only the record may be out of reach; then what another process stored meanwhile saves this login.
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
      // Whoever was faster logs in, most likely: its token is looked for before the record is.
      const longest = attempt === 'lost' ? Infinity : attempt.freeIn;
      // Another holder: a login begins, so a token may come soon.
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
    // Something that could not be written when it happened.
    const hasTold =
      guard.news !== undefined &&
      (await lease.tell(undefined, signal).then(
        () => true,
        () => false,
      ));
    guard.assertAllowed(fingerprint);
    // The record is another one now.
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
      // No login follows, so nobody should wait for one; if the answer to the take was lost, it may be ours.
      lease.release().catch(() => undefined);
      throw error;
    }
    // A token is there; that others see the lease expire does not matter then.
    await lease.release(noteTest, signal).catch(() => undefined);
    return moved;
  }

  /** Looks for the token of the holder, who stores it long before the lease is given back. */
  async #watchToken(
    found: FoundToken,
    freeIn: number,
    pause: Pauses,
    signal: AbortSignal,
  ): Promise<Moved | undefined> {
    const { clock } = this.deps;
    const freeAt = clock.monotonic() + freeIn;
    for (let look = 1; look <= LOOKS_AT_TOKEN; look += 1) {
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
