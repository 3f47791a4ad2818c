// Compares the public face of the package, as its built declarations have it, with the one that is checked in beside
// this file; `--write` checks in the new one. Run by `npm run api:check` and `npm run api`, which build first.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { reportsOf } from './report.mjs';

const HERE = import.meta.dirname;
const ROOT = resolve(HERE, '../..');
const CHECKED_IN = join(HERE, 'reports');

const { name, exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const entries = Object.entries(exports).flatMap(([subpath, conditions]) => {
  const types = conditions.import?.types;
  return types === undefined
    ? []
    : [{ name: join(name, subpath), file: `${subpath.slice(2) || 'index'}.api.md`, types }];
});

/** Writes one report for each entry point. */
async function write(folder) {
  const style = await resolveConfig(join(ROOT, 'package.json'));
  const modules = entries.map((entry) => ({ name: entry.name, path: resolve(ROOT, entry.types) }));
  for (const [index, text] of reportsOf(modules).entries()) {
    const file = join(folder, entries[index].file);
    writeFileSync(file, await format(text, { ...style, parser: 'markdown' }));
  }
}

if (process.argv.includes('--write')) {
  rmSync(CHECKED_IN, { recursive: true, force: true });
  mkdirSync(CHECKED_IN);
  await write(CHECKED_IN);
  console.log(`Written: ${relative(ROOT, CHECKED_IN)}. Commit it with what changed it.`);
} else {
  const current = mkdtempSync(join(tmpdir(), 'api-'));
  await write(current);
  const diff = ['diff', '--no-index', '--exit-code', '--src-prefix=', '--dst-prefix='];
  const { status, error } = spawnSync('git', [...diff, CHECKED_IN, current], { stdio: 'inherit' });
  rmSync(current, { recursive: true });
  if (error) throw error;
  if (status !== 0) {
    console.log(
      '\nThe public face is not the one that is checked in. If that is meant: npm run api',
    );
    process.exitCode = 1;
  }
}
