import { Logger } from '@nestjs/common';
import { openLog } from '../../common/application-log.js';
import { systemClock } from '../../common/clock.js';
import { recordsOf } from '../../login/stored-objects.js';
import type { RecordStore } from '../../login/lease/record.store.js';
import type { ResolvedSessionOptions } from '../../options/resolved-options.js';
import { storageTimeoutOf } from '../../options/time-bounds.js';
import type { SessionStorage } from '../../storage/contract/session-storage.interface.js';
import { MonitoredStorage } from '../../storage/monitored.storage.js';
import { createStorage } from '../../storage/storage.factory.js';
import { openStorage } from '../../storage/storage.opening.js';
import { CommandError } from '../terminal/command.errors.js';
import { type StoreTraits, traitsOf } from '../../storage/store.traits.js';
import { assertSameOwner } from './store.owner.js';

/** Use of a store: one that is only read is not opened, which would make its directory in a wrong place. */
type StoreAccess = 'read' | 'whole';

/** The store of an account while a command uses it. */
export interface OpenedStore {
  readonly storage: SessionStorage;
  readonly records: RecordStore;
  readonly traits: StoreTraits;
  /** Warnings that an application would find in its log. */
  readonly warnings: readonly string[];
}

/**
 * Keeps the log of the library from stdout, which belongs to the output of the command.
 *
 * @returns the warnings, which grow
 */
export function silenceLog(): readonly string[] {
  const warnings: string[] = [];
  Logger.overrideLogger({
    log: () => undefined,
    error: () => undefined,
    warn: (message: unknown) => warnings.push(String(message)),
  });
  return warnings;
}

/**
 * Opens the store of an account, and closes it after `work`.
 *
 * @throws BetfairSessionError the store cannot be opened, or root would write where another user's application does
 */
export async function withStore<T>(
  resolved: ResolvedSessionOptions,
  work: (store: OpenedStore) => Promise<T>,
  access: StoreAccess = 'whole',
): Promise<T> {
  const warnings = silenceLog();
  const { storage: option } = resolved;
  const created = typeof option === 'string' ? createStorage(option, () => undefined) : option;
  const storage = new MonitoredStorage(
    created,
    systemClock,
    storageTimeoutOf(resolved),
    () => undefined,
  );
  try {
    if (access === 'whole') {
      await assertSameOwner(traitsOf(created).location);
      await openStorage({ ...resolved, storage: created }, systemClock, openLog('BetfairSession'));
    }
    const traits = traitsOf(created);
    const records = recordsOf(resolved, storage);
    return await work({ storage, records, traits, warnings });
  } finally {
    await storage.close().catch(() => undefined);
  }
}

/**
 * Does the same as {@link withStore}, if other processes can see the store.
 *
 * @throws CommandError the store is the memory of each process
 */
export function withSharedStore<T>(
  resolved: ResolvedSessionOptions,
  work: (store: OpenedStore) => Promise<T>,
  access?: StoreAccess,
): Promise<T> {
  const workIfShared = async (store: OpenedStore) => {
    if (store.traits.isShared) return work(store);
    throw new CommandError(
      'The store is in memory (mem://), so each process has a session and a record of its own, which no other can see. Use SessionService in that process.',
    );
  };
  return withStore(resolved, workIfShared, access);
}
