import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openLog } from '../../common/application-log.js';
import { exists, ifExists } from './file.copy.js';

/** Warns of a directory in which tokens are not safe. They are safe in one that file storage has created. */
export async function warnOfDirectory(directory: string): Promise<void> {
  const log = openLog('BetfairSession');
  for (const warning of await findWarnings(directory)) log.warn(warning);
}

async function findWarnings(directory: string): Promise<readonly string[]> {
  const warnings: string[] = [];
  // Rights of a group are not checked: Kubernetes gives volumes to a group.
  if (process.platform !== 'win32' && ((await stat(directory)).mode & 0o002) !== 0) {
    warnings.push(
      `The session directory "${directory}" is writable by every user of this machine, so anybody can replace a session token. Run: chmod 700 "${directory}"`,
    );
  }
  const ignored = await ifExists(stat(join(directory, '.gitignore')));
  if ((ignored?.size ?? 0) === 0 && (await isInGit(directory))) {
    warnings.push(
      `The session directory "${directory}" is in a Git repository and has no .gitignore, so a session token can be committed. Add a .gitignore with the line *, or choose a directory outside the repository.`,
    );
  }
  return warnings;
}

async function isInGit(directory: string): Promise<boolean> {
  // A parent that cannot be read is not a repository that somebody works in.
  if (await exists(join(directory, '.git')).catch(() => false)) return true;
  const parent = dirname(directory);
  return parent !== directory && isInGit(parent);
}
