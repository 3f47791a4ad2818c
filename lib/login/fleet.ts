import { LoginLease } from './login.lease.js';
import { LoginPermits, type PermitDependencies } from './login.permits.js';
import type { RecordStore } from './record.store.js';

/** The parts that the processes of one account share a store for. */
export interface Fleet {
  readonly records: RecordStore;
  readonly lease: LoginLease;
  readonly permits: LoginPermits;
}

export interface FleetDependencies extends Omit<PermitDependencies, 'lease'> {
  /** Milliseconds that one login may hold others back. */
  readonly leaseDuration: number;
}

/** Puts the parts together: the lease and the permits go by one record. */
export function createFleet(dependencies: FleetDependencies): Fleet {
  const { clock, guard, leaseDuration, records } = dependencies;
  const lease = new LoginLease(records, guard, leaseDuration, clock);
  return { records, lease, permits: new LoginPermits({ ...dependencies, lease }) };
}
