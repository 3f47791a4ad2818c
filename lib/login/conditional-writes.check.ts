import { SessionStorageError } from '../errors/index.js';
import type { LoginRecord } from './login.record.js';
import type { RecordStore } from './record.store.js';

/**
 * Tests if a store honours conditions at all: some that speak S3 ignore them, and every writer would win. A second
 * creation, and a replacement of what was replaced already, must both be refused.
 *
 * @param stale a version that the record had before
 * @throws SessionStorageError `BETFAIR_STORAGE_UNSUPPORTED`: it does not
 */
export async function assertConditionalWrites(
  records: RecordStore,
  record: LoginRecord,
  stale: string,
  signal: AbortSignal,
): Promise<void> {
  const written = await Promise.all([
    records.write(record, undefined, signal),
    records.write(record, stale, signal),
  ]);
  if (written.every((version) => version === undefined)) return;
  throw new SessionStorageError(
    'The session store ignores conditional writes, so processes would overwrite each other. Use a store that supports them (for S3: If-Match and If-None-Match on PUT).',
    'unsupported',
  );
}
