import assert from 'node:assert/strict';
import type { SessionStorage } from '../../storage/contract/session-storage.interface.js';

export interface CaseContext {
  /** Opens another store on the same data. */
  readonly open: () => Promise<SessionStorage>;
  /** Makes a key that nothing else uses. It is deleted when the case ends. */
  readonly newKey: (suffix?: string) => string;
  readonly rounds: number;
}

export type Cases = Readonly<
  Record<
    string,
    {
      /** True for cases of stores that give equal content a new version. */
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

/** Recognises a conflict by its code, because a store may use another copy of this package. */
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
