import { SessionStorageError } from '../../errors/index.js';
import type { LoginRecord } from './lease.record.js';
import type { RecordStore } from './record.store.js';

/**
 * Tests a store before its first login. Some S3-compatible stores ignore conditions, so a second creation and a write
 * over an old version must both be refused. Some databases cut long texts, so the record must be read as it was
 * written.
 *
 * @param record before this process took the lease
 * @param stale version of that record
 * @throws SessionStorageError `BETFAIR_STORAGE_UNSUPPORTED`: the store ignores conditions;
 * `BETFAIR_STORAGE_MISCONFIGURED`: it changes texts
 */
export async function assertKeepsRecord(
  records: RecordStore,
  record: LoginRecord,
  stale: string,
  signal?: AbortSignal,
): Promise<void> {
  const [created, replaced, found] = await Promise.all([
    records.write(record, undefined, signal),
    records.write(record, stale, signal),
    records.read(signal),
  ]);
  if (created === undefined && replaced === undefined) {
    // The record has a holder now. An old copy (a stale read) is tolerated: it costs at most a login.
    if (found.record.holder !== null || found.version === stale) return;
    throw new SessionStorageError(
      `The session store does not return what was written as "${records.key}". It must keep every text of up to 64 KiB unchanged: check the width of the column, and anything that may change texts.`,
      'misconfigured',
    );
  }
  throw new SessionStorageError(
    'The session store ignores conditional writes, so processes would overwrite each other. Use a store that supports them (for S3: If-Match and If-None-Match on PUT).',
    'unsupported',
  );
}
