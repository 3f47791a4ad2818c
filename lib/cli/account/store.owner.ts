import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SessionStorageError } from '../../errors/index.js';
import { exists, ifExists } from '../../storage/file/file.copy.js';

const ROOT = 0;
/** Beginning of the location of files. */
const FILES = 'file:';

/** Something that shows which user runs the application. */
interface Proof {
  /** Subject and verb of a sentence about it. */
  readonly said: string;
  readonly owner: number;
}

/**
 * Checks that root does not write where the application of another user keeps its files: it could not read what root
 * writes. Call it before the store is opened, which makes the directory.
 *
 * @param location - place of the store, as it names it
 * @throws SessionStorageError this process is root, and the files, the directory or its parent belong to another user
 */
export async function assertSameOwner(location: string | undefined): Promise<void> {
  if (process.getuid?.() !== ROOT || !location?.startsWith(FILES)) return;
  // The use of the directory fails for the same reason, and says what to do.
  const proof = await findProof(location.slice(FILES.length)).catch(() => undefined);
  if (proof === undefined || proof.owner === ROOT) return;
  const { said, owner } = proof;
  throw new SessionStorageError(
    `${said} to the user ${owner}, whose application could not read what root writes there. Run the command as that user: sudo -u '#${owner}' …, or docker exec -u ${owner} …. If the application runs as root, start it first.`,
    'denied',
  );
}

/** Files prove more than the directory, which may have been made for a container in which the application is root. */
async function findProof(directory: string): Promise<Proof> {
  return (
    ((await exists(directory)) ? await proofOfFiles(directory) : undefined) ??
    (await proofOfDirectory(directory))
  );
}

async function proofOfFiles(directory: string): Promise<Proof | undefined> {
  const files = (await readdir(directory, { withFileTypes: true })).filter((file) => file.isFile());
  // Other processes remove files meanwhile.
  const found = await Promise.all(
    files.map(async ({ name }) => ({
      isHidden: name.startsWith('.'),
      owner: (await ifExists(stat(join(directory, name))))?.uid ?? ROOT,
    })),
  );
  const proof =
    found.find(({ owner }) => owner !== ROOT) ??
    // A doctor that ran as root leaves hidden ones too.
    found.find(({ isHidden }) => !isHidden);
  return proof && { said: `The files in "${directory}" belong`, owner: proof.owner };
}

/** The owner of a directory, or of the nearest parent that exists. */
async function proofOfDirectory(directory: string): Promise<Proof> {
  const found = await ifExists(stat(directory));
  if (found === undefined) return proofOfDirectory(dirname(directory));
  return { said: `The directory "${directory}" belongs`, owner: found.uid };
}
