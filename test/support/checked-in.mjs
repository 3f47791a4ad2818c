// Keeps a folder of generated files that is checked in.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

/**
 * With `--write` on the command line, makes the folder anew. Without, compares it with what would be made now; if they
 * differ, shows how and fails.
 *
 * @param {string} folder - absolute path
 * @param {{ make: (folder: string) => unknown, otherwise: string }} settings - `make` writes the files into a folder, and
 * returns `false` if it could not and has said why; `otherwise` says what a difference means and what to run
 */
export async function keep(folder, { make, otherwise }) {
  const current = mkdtempSync(join(tmpdir(), 'checked-in-'));
  try {
    if ((await make(current)) === false) {
      process.exitCode = 1;
    } else if (process.argv.includes('--write')) {
      rmSync(folder, { recursive: true, force: true });
      cpSync(current, folder, { recursive: true });
      console.log(`Written: ${relative('', folder)}. Commit it with what changed it.`);
    } else if (differ(folder, current)) {
      console.log(`\n${otherwise}`);
      process.exitCode = 1;
    }
  } finally {
    rmSync(current, { recursive: true });
  }
}

function differ(folder, current) {
  const diff = ['diff', '--no-index', '--exit-code', '--src-prefix=', '--dst-prefix='];
  const { status, error } = spawnSync('git', [...diff, folder, current], { stdio: 'inherit' });
  if (error) throw error;
  return status !== 0;
}
