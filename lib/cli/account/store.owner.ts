import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SessionStorageError } from '../../errors/index.js';
import { ifExists } from '../../storage/file/file.copy.js';

const ROOT = 0;
/** Beginning of the location of files. */
const FILES = 'file:';

/**
 * Checks that root does not write among the files of another user's application, which could not read what root writes.
 *
 * @param location - place of the store, as it names it
 * @throws SessionStorageError this process is root, and another user has files there
 */
export async function assertSameOwner(location: string | undefined): Promise<void> {
  if (process.getuid?.() !== ROOT || !location?.startsWith(FILES)) return;
  const directory = location.slice(FILES.length);
  const files = (await readdir(directory, { withFileTypes: true })).filter((file) => file.isFile());
  // Other processes remove files meanwhile.
  const found = await Promise.all(files.map(({ name }) => ifExists(stat(join(directory, name)))));
  const other = found.find((file) => file !== undefined && file.uid !== ROOT)?.uid;
  if (other === undefined) return;
  throw new SessionStorageError(
    `The files in "${directory}" belong to the user ${other}, whose application could not read what root writes there. Run the command as that user: sudo -u '#${other}' …, or docker exec -u ${other} ….`,
    'denied',
  );
}
