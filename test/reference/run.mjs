// Checks that every export is documented, that no link in a comment is broken, and that docs/reference is what the
// comments in `lib` say; `--write` makes it anew. Run by `npm run check:docs` and `npm run docs`.
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { keep } from '../support/checked-in.mjs';

const HERE = import.meta.dirname;
const ROOT = resolve(HERE, '../..');
const TYPEDOC = join(ROOT, 'node_modules/typedoc/bin/typedoc');

function make(folder) {
  const options = ['--options', join(HERE, 'typedoc.json'), '--out', folder, '--logLevel', 'Warn'];
  const { status, error } = spawnSync(process.execPath, [TYPEDOC, ...options], {
    stdio: 'inherit',
    // Names are sorted as the language of the machine does.
    env: { ...process.env, LC_ALL: 'C' },
  });
  if (error) throw error;
  return status === 0;
}

await keep(join(ROOT, 'docs/reference'), {
  make,
  otherwise: 'docs/reference is not what the comments in lib say. Renew it: npm run docs',
});
