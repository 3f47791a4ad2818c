import { LoginLease, type RecordChange } from './lease/login.lease.js';
import { LoginPermits, type PermitDependencies } from './login.permits.js';
import { markTested } from './lease/lease.record.js';
import type { RecordStore } from './lease/record.store.js';

/** Parts that coordinate the logins of all processes that share a store. */
export interface Fleet {
  readonly records: RecordStore;
  readonly lease: LoginLease;
  readonly permits: LoginPermits;
  /** Notes in the record that the store passed the test of conditional writes. */
  readonly noteTest: RecordChange;
}

export interface FleetDependencies extends Omit<PermitDependencies, 'lease' | 'noteTest'> {
  /** Milliseconds for which one login may block the others. */
  readonly leaseDuration: number;
}

/** Creates the parts, which share one record. */
export function createFleet(dependencies: FleetDependencies): Fleet {
  const { clock, guard, isToBeTested, leaseDuration, records } = dependencies;
  const lease = new LoginLease(records, guard, leaseDuration, clock);
  const noteTest: RecordChange = isToBeTested ? markTested : (record) => record;
  const permits = new LoginPermits({ ...dependencies, lease, noteTest });
  return { records, lease, permits, noteTest };
}
