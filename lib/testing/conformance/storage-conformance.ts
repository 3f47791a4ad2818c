import { randomUUID } from 'node:crypto';
import type { SessionStorage } from '../../storage/contract/session-storage.interface.js';
import { basicCases } from './conformance.basics.js';
import type { CaseContext, Cases } from './conformance.context.js';
import { raceCases } from './conformance.races.js';
import { refusalCases } from './conformance.refusals.js';

/** Facts about a store that {@link sessionStorageConformance} needs. */
export interface StorageConformanceOptions {
  /**
   * Opens a store. It is called several times in a case; all stores must share the same data. An in-memory store
   * returns the same object each time. `close`, if there is one, is called once for each object when the case ends.
   */
  readonly create: () => SessionStorage | Promise<SessionStorage>;
  /** True if equal content keeps its version, as in S3, which derives it from the content. Default: `false`. */
  readonly contentVersions?: boolean | undefined;
  /** Number of repetitions of each race. Default: 5. */
  readonly rounds?: number | undefined;
}

/** One case of the conformance suite, for any test runner. */
export interface ConformanceCase {
  /** Promise that a store must keep, as the name of a test. */
  readonly name: string;
  /** Runs the case. It rejects with an `AssertionError`, or the error of the store, if the store fails. */
  readonly run: () => Promise<void>;
}

/**
 * Lists the cases that every {@link SessionStorage} must pass, for jest, vitest, `node:test` or any other runner. They
 * use random keys, so they can run against a store that is in use, and delete what they stored.
 *
 * @example
 * ```ts
 * import { sessionStorageConformance } from 'nestjs-betfair-session/testing';
 *
 * describe('RedisStorage', () => {
 *   const create = () => new RedisStorage({ url: 'redis://localhost:6379' });
 *   for (const { name, run } of sessionStorageConformance({ create })) it(name, run);
 * });
 * ```
 */
export function sessionStorageConformance(
  options: StorageConformanceOptions,
): readonly ConformanceCase[] {
  const cases: Cases = { ...basicCases, ...refusalCases, ...raceCases };
  return Object.entries(cases)
    .filter(([, { versionsOnly }]) => !(versionsOnly && options.contentVersions))
    .map(([name, { check }]) => ({ name, run: () => runCase(check, options) }));
}

async function runCase(
  check: (context: CaseContext) => Promise<void>,
  options: StorageConformanceOptions,
): Promise<void> {
  const opened = new Set<SessionStorage>();
  const keys: string[] = [];
  const open = async (): Promise<SessionStorage> => {
    const storage = await options.create();
    opened.add(storage);
    return storage;
  };
  const newKey = (suffix = ''): string => {
    const key = `conformance-${randomUUID()}${suffix}`;
    keys.push(key);
    return key;
  };
  try {
    await check({ open, newKey, rounds: options.rounds ?? 5 });
  } finally {
    const [storage] = opened;
    // A store that cannot delete fails in the cases about deleting.
    if (storage) await Promise.allSettled(keys.map((key) => clear(storage, key)));
    for (const one of opened) await one.close?.();
  }
}

async function clear(storage: SessionStorage, key: string): Promise<void> {
  const stored = await storage.read(key);
  if (stored) await storage.delete(key, { ifVersion: stored.version });
}
