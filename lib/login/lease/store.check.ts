import { SessionStorageError } from '../../errors/index.js';
import type { LoginRecord } from './lease.record.js';
import type { RecordStore } from './record.store.js';

/**
 * Tests a store before its first login. Some that speak S3 ignore conditions, and every writer would win: a second
 * creation, and a replacement of what was replaced already, must both be refused. Some databases cut what is too long
 * for a column, and what processes tell each other would be lost: the record must be read as it was written.
 *
 * @param record before this process took the lease
 * @param stale the version that it had
 * @throws SessionStorageError `BETFAIR_STORAGE_UNSUPPORTED`: it ignores conditions; `BETFAIR_STORAGE_MISCONFIGURED`: it
 * changes texts
 */
export async function assertKeepsRecord(
  records: RecordStore,
  record: LoginRecord,
  stale: string,
  signal: AbortSignal,
): Promise<void> {
  const [created, replaced, found] = await Promise.all([
    records.write(record, undefined, signal),
    records.write(record, stale, signal),
    records.read(signal),
  ]);
  if (created === undefined && replaced === undefined) {
    // It was taken just now; an old copy is another fault, which costs no more than a login.
    if (found.record.holder !== null || found.version === stale) return;
    throw new SessionStorageError(
      `The session store does not give back what was written as "${records.key}". It must keep every text of up to 64 KiB as it is: look at the width of the column, and at what else changes texts.`,
      'misconfigured',
    );
  }
  throw new SessionStorageError(
    'The session store ignores conditional writes, so processes would overwrite each other. Use a store that supports them (for S3: If-Match and If-None-Match on PUT).',
    'unsupported',
  );
}
