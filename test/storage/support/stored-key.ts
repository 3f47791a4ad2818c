import { FileStorage } from '../../../lib/storage/file/file.storage.js';
import type { StoredValue } from '../../../lib/storage/contract/session-storage.interface.js';
import { newDirectory } from './folders.js';

/** The one object that tests of files keep. */
export const KEY = 'session.token';

/** A store in a directory of its own that holds `value`. */
export async function storageWith(
  value: string,
): Promise<{ storage: FileStorage; stored: StoredValue }> {
  const storage = new FileStorage({ directory: await newDirectory() });
  const version = await storage.write(KEY, value, { ifAbsent: true });
  return { storage, stored: { value, version } };
}

/** Writes over whatever is there. */
export async function put(storage: FileStorage, value: string): Promise<void> {
  const stored = await storage.read(KEY);
  await storage.write(KEY, value, stored ? { ifVersion: stored.version } : { ifAbsent: true });
}
