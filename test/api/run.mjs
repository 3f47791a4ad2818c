// Compares the public face of the package, as its built declarations have it, with the one that is checked in beside
// this file; `--write` checks in the new one. Run by `npm run api:check` and `npm run api`, which build first.
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { keep } from '../support/checked-in.mjs';
import { reportsOf } from './report.mjs';

const HERE = import.meta.dirname;
const ROOT = resolve(HERE, '../..');

const { name, exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const entries = Object.entries(exports).flatMap(([subpath, conditions]) => {
  const types = conditions.import?.types;
  return types === undefined
    ? []
    : [{ name: join(name, subpath), file: `${subpath.slice(2) || 'index'}.api.md`, types }];
});

/** Writes one report for each entry point. */
async function make(folder) {
  const style = await resolveConfig(join(ROOT, 'package.json'));
  const modules = entries.map((entry) => ({ name: entry.name, path: resolve(ROOT, entry.types) }));
  for (const [index, text] of reportsOf(modules).entries()) {
    const file = join(folder, entries[index].file);
    writeFileSync(file, await format(text, { ...style, parser: 'markdown' }));
  }
}

await keep(join(HERE, 'reports'), {
  make,
  otherwise:
    'The public face is not the one that is checked in. If that is meant, renew it: npm run api',
});
