import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { npm } from './consumers/npm.mjs';
import { isBuilt } from './publish.mjs';

/** Packs what is published, and builds it before if need be. Returns the path of the tarball. */
export async function packInto(folder, root) {
  const options = isBuilt ? ['--ignore-scripts'] : [];
  await npm(root, ['pack', ...options, '--pack-destination', folder]);
  return join(
    folder,
    readdirSync(folder).find((name) => name.endsWith('.tgz')),
  );
}
