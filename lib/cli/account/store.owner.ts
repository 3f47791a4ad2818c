import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SessionStorageError } from '../../errors/index.js';

const ROOT = 0;

/**
 * Checks that root does not write into the directory of another user's application, which could not read what root
 * writes.
 *
 * @throws SessionStorageError this process is root, and another user has files there
 */
export async function assertSameOwner(directory: string): Promise<void> {
  if (process.getuid?.() !== ROOT) return;
  const files = (await readdir(directory, { withFileTypes: true })).filter((file) => file.isFile());
  const owners = await Promise.all(
    files.map(async ({ name }) => (await stat(join(directory, name))).uid),
  );
  const other = owners.find((owner) => owner !== ROOT);
  if (other === undefined) return;
  throw new SessionStorageError(
    `The files in "${directory}" belong to the user ${other}, whose application could not read what root writes there. Run the command as that user: sudo -u '#${other}' …, or docker exec -u ${other} ….`,
    'denied',
  );
}
