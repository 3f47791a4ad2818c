import assert from 'node:assert/strict';
import type { SessionStorage } from '../../storage/contract/session-storage.interface.js';

/** Means of a case. */
export interface CaseContext {
  /** Another store on the same data. */
  readonly open: () => Promise<SessionStorage>;
  /** A key that nothing else uses; it is cleared when the case ends. */
  readonly newKey: (suffix?: string) => string;
  readonly rounds: number;
}

/** The cases by name. */
export type Cases = Readonly<
  Record<
    string,
    {
      /** Holds only where equal content gets a new version. */
      readonly versionsOnly?: boolean;
      readonly check: (context: CaseContext) => Promise<void>;
    }
  >
>;

/** Waits for the rejection and returns it. */
export async function rejection(operation: Promise<unknown>, what: string): Promise<unknown> {
  let result: unknown;
  try {
    result = await operation;
  } catch (error) {
    return error;
  }
  return assert.fail(`${what} should have been rejected, but gave ${JSON.stringify(result)}`);
}

/** Told by code and not by class, so that a store may be compiled against another copy of this package. */
export function isConflict(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    Reflect.get(error, 'code') === 'BETFAIR_STORAGE_CONFLICT'
  );
}

export async function assertConflict(operation: Promise<unknown>, what: string): Promise<void> {
  const error = await rejection(operation, what);
  if (!isConflict(error)) {
    assert.fail(
      `${what} should have been rejected with StorageConflictError, not ${String(error)}`,
    );
  }
}

export async function assertStored(
  storage: SessionStorage,
  key: string,
  value: string | undefined,
): Promise<void> {
  const stored = await storage.read(key);
  assert.equal(stored?.value, value);
}
