import type { Clock } from '../common/clock.js';
import { SessionStorageError } from '../errors/index.js';
import type { WriteCondition } from './contract/session-storage.interface.js';
import { expectedVersion } from './contract/write-condition.js';

/** Conflicts over a version that is still there, and milliseconds from the first to the last, that prove a fault. */
const ENOUGH = 3;
const LONG_ENOUGH_MS = 1_000;

interface Suspicion {
  /** The version over which a write was refused; `undefined`: it should have created. */
  readonly over: string | undefined;
  readonly since: number;
  readonly times: number;
  /** Found again by a read since then. */
  readonly isStillThere: boolean;
}

/**
 * Finds a store that refuses writes although their condition holds, as one with a trigger or a row-level policy does. A
 * conflict means that another writer was faster, so the version must be another one afterwards; one that a read finds
 * again and again is evidence of something else.
 */
export class UnfoundedConflicts {
  readonly #suspicions = new Map<string, Suspicion>();

  constructor(private readonly clock: Clock) {}

  /** Notes the version that a read found. */
  found(key: string, version: string | undefined): void {
    const suspicion = this.#suspicions.get(key);
    if (!suspicion) return;
    if (suspicion.over === version) this.#suspicions.set(key, { ...suspicion, isStillThere: true });
    else this.#suspicions.delete(key);
  }

  /** Notes that a write got through. */
  written(key: string): void {
    this.#suspicions.delete(key);
  }

  /** Notes a conflict, and makes the error for one that another writer cannot explain. */
  refused(key: string, condition: WriteCondition): SessionStorageError | undefined {
    const over = expectedVersion(condition);
    const now = this.clock.monotonic();
    const before = this.#suspicions.get(key);
    const { since, times } =
      before?.over === over && before?.isStillThere ? before : { since: now, times: 0 };
    this.#suspicions.set(key, { over, since, times: times + 1, isStillThere: false });
    if (times + 1 < ENOUGH || now - since < LONG_ENOUGH_MS) return undefined;
    return new SessionStorageError(
      `The session store refuses to change "${key}" although its version stays the same. Look for what holds writes back (a trigger, a rule or a row-level policy of a table), for reads that come from a replica or a cache, or for a fault of a store of your own.`,
      'misconfigured',
    );
  }
}
