import { LoginLease, type RecordChange } from './lease/login.lease.js';
import { LoginPermits, type PermitDependencies } from './login.permits.js';
import { markTested } from './lease/lease.record.js';
import type { RecordStore } from './lease/record.store.js';

/** The parts that the processes of one account share a store for. */
export interface Fleet {
  readonly records: RecordStore;
  readonly lease: LoginLease;
  readonly permits: LoginPermits;
  /** Notes in the record, once this process has taken the lease, that the store was seen to write conditionally. */
  readonly noteTest: RecordChange;
}

export interface FleetDependencies extends Omit<PermitDependencies, 'lease' | 'noteTest'> {
  /** Milliseconds that one login may hold others back. */
  readonly leaseDuration: number;
}

/** Puts the parts together: the lease and the permits go by one record. */
export function createFleet(dependencies: FleetDependencies): Fleet {
  const { clock, guard, isToBeTested, leaseDuration, records } = dependencies;
  const lease = new LoginLease(records, guard, leaseDuration, clock);
  const noteTest: RecordChange = isToBeTested ? markTested : (record) => record;
  const permits = new LoginPermits({ ...dependencies, lease, noteTest });
  return { records, lease, permits, noteTest };
}
