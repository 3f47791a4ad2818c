import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { SessionStorageError, StorageConflictError } from '../../errors/index.js';
import { EMPTY_RECORD } from '../../login/lease/lease.record.js';
import { RecordStore } from '../../login/lease/record.store.js';
import { assertKeepsRecord } from '../../login/lease/store.check.js';
import type { SessionStorage } from '../../storage/contract/session-storage.interface.js';
import { type OpenedStore, withStore } from '../account/open.store.js';
import { type Finding, ok, type Step, warn } from './finding.js';

/** Name of an object of the doctor's own. No account has it by default. */
const KEY = 'nestjs-betfair-session.doctor';
/** Attempts, if another doctor uses the object at the same moment. */
const MOST_ATTEMPTS = 8;
/** Longest pause between two of them. */
const LONGEST_PAUSE_MS = 500;

/** Checks that the store obeys conditions, on an object that no session uses. */
export const storeStep: Step = {
  name: 'store',
  needs: ['options'],
  check: ({ prefix, resolved }) => withStore(resolved, (store) => checkStore(store, prefix)),
};

async function checkStore(
  { storage, traits, warnings }: OpenedStore,
  prefix: string,
): Promise<readonly Finding[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await checkConditions(storage);
      break;
    } catch (error) {
      if (!isDisturbance(error) || attempt === MOST_ATTEMPTS) throw error;
      await setTimeout(Math.random() * LONGEST_PAUSE_MS);
    } finally {
      await remove(storage).catch(() => undefined);
    }
  }
  const found = warnings.map(warn);
  const { isShared, location = 'the store' } = traits;
  return isShared
    ? [...found, ok(`${location}: writes, refuses stale writes and second creations, deletes.`)]
    : [
        ...found,
        warn(
          `It is in memory, so every start logs in. Name a store that lasts: ${prefix}STORAGE=file:./session-data.`,
        ),
      ];
}

/**
 * Makes the check that comes before the first login, and deletes its object.
 *
 * @throws SessionStorageError the store fails, or ignores conditions
 */
async function checkConditions(storage: SessionStorage): Promise<void> {
  const records = new RecordStore(storage, KEY, KEY, KEY);
  // Left by a doctor that was killed.
  await remove(storage);
  const stale = await records.write(EMPTY_RECORD, undefined);
  if (stale === undefined) throw disturbed();
  const holder = { id: randomUUID(), duration: 1 };
  const current = await records.write({ ...EMPTY_RECORD, holder }, stale);
  if (current === undefined) throw disturbed();
  await assertKeepsRecord(records, EMPTY_RECORD, stale).catch((error: unknown) => {
    // A doctor that writes or deletes the object meanwhile looks like a store that fails; only the store fails each time.
    throw error instanceof SessionStorageError && !error.retryable
      ? new DisturbedError(error.message, error.failure)
      : error;
  });
  await storage.delete(KEY, { ifVersion: current });
  if ((await storage.read(KEY)) !== undefined) throw disturbed();
}

async function remove(storage: SessionStorage): Promise<void> {
  const left = await storage.read(KEY);
  if (left !== undefined) await storage.delete(KEY, { ifVersion: left.version });
}

/** Tells if somebody else wrote the object: doctors of a deployment start at the same moment. */
function isDisturbance(error: unknown): boolean {
  return error instanceof StorageConflictError || error instanceof DisturbedError;
}

/** Fault that another doctor may have caused. */
class DisturbedError extends SessionStorageError {}

function disturbed(): DisturbedError {
  return new DisturbedError(
    `The object "${KEY}" changed or stayed although nobody else should use it. Check that no other doctor runs at the moment, and that reads come from no replica or cache.`,
    'unavailable',
  );
}
