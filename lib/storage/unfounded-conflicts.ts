import type { Clock } from '../common/clock.js';
import { SessionStorageError } from '../errors/index.js';
import type { WriteCondition } from './contract/session-storage.interface.js';
import { expectedVersion } from './contract/write-condition.js';

/** Number of conflicts over an unchanged version that prove a fault. */
const CONFLICTS_THAT_PROVE = 3;
/** Least milliseconds from the first to the last of them. */
const PROOF_PERIOD_MS = 1_000;

interface Suspicion {
  /** Version that a write expected when it was refused; `undefined` if it expected none. */
  readonly expected: string | undefined;
  readonly since: number;
  readonly times: number;
  /** `true` once a read has found that version again. */
  readonly isUnchanged: boolean;
}

/**
 * Finds a store that refuses writes although their condition holds, for example because of a trigger. A real conflict
 * changes the version, because another writer was faster. If a read finds the same version again, there was none.
 */
export class UnfoundedConflicts {
  readonly #suspicions = new Map<string, Suspicion>();

  constructor(private readonly clock: Clock) {}

  /** Notes the version that a read found. */
  found(key: string, version: string | undefined): void {
    const suspicion = this.#suspicions.get(key);
    if (!suspicion) return;
    if (suspicion.expected !== version) this.#suspicions.delete(key);
    else this.#suspicions.set(key, { ...suspicion, isUnchanged: true });
  }

  /** Notes that a write succeeded. */
  written(key: string): void {
    this.#suspicions.delete(key);
  }

  /** Notes a conflict. Returns an error if no other writer can explain it. */
  refused(key: string, condition: WriteCondition): SessionStorageError | undefined {
    const expected = expectedVersion(condition);
    const now = this.clock.monotonic();
    const before = this.#suspicions.get(key);
    const { since, times } =
      before?.expected === expected && before?.isUnchanged ? before : { since: now, times: 0 };
    this.#suspicions.set(key, { expected, since, times: times + 1, isUnchanged: false });
    if (times + 1 < CONFLICTS_THAT_PROVE || now - since < PROOF_PERIOD_MS) return undefined;
    return new SessionStorageError(
      `The session store refuses to change "${key}" although its version stays the same. Look for something that blocks writes (a trigger, a rule or a row-level policy of the table), for reads from a replica or a cache, or for a bug in your own store.`,
      'misconfigured',
    );
  }
}
