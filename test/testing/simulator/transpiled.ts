import { transformFile } from '@swc/core';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** Parts of `lib` as JavaScript that a plain Node process can import. */
export async function transpile(...folders: readonly string[]) {
  const root = await mkdtemp(join(tmpdir(), 'betfair-session-'));
  await writeFile(join(root, 'package.json'), '{"type":"module"}');
  await symlink(resolve('node_modules'), join(root, 'node_modules'));
  for (const folder of folders) {
    const names = await readdir(join('lib', folder), { recursive: true });
    for (const name of names.filter((file) => file.endsWith('.ts'))) {
      const { code } = await transformFile(join('lib', folder, name), {
        swcrc: false,
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
        module: { type: 'es6' },
      });
      const target = join(root, folder, name.replace(/\.ts$/, '.js'));
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, code);
    }
  }
  return { root, remove: () => rm(root, { recursive: true }) };
}
