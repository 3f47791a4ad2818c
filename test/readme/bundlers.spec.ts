import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { blocks, pages } from './blocks.js';

const CONSUMERS = 'test/e2e/consumers';
const page = pages.filter(({ path }) => path === 'docs/bundlers.md');

describe('docs/bundlers.md', () => {
  it('has exactly the settings with which the applications are built and tested', async () => {
    const files = [
      'bundles-nest11/single-file.webpack.config.js',
      'bundles-nest12/rspack.config.js',
      'bundles/esbuild.mjs',
      'nest12-esm/jest.config.js',
      'nest12-vitest/vitest.config.js',
    ];
    expect(blocks('js', page)).toEqual(
      await Promise.all(files.map((file) => readFile(join(CONSUMERS, file), 'utf8'))),
    );
  });

  it('has the commands that the applications run', async () => {
    const names = ['bundles-nest11', 'bundles-nest12', 'nest12-cjs', 'nest12-esm'];
    const scripts = await Promise.all(
      names.map((name) => readFile(join(CONSUMERS, name, 'package.json'), 'utf8')),
    );
    const shown = page.flatMap(({ text }) =>
      Array.from(text.matchAll(/`((?:nest|node) [^`]* ?-[^`]*)`/g), ([, command = '']) => command),
    );
    expect(shown.length).toBeGreaterThan(4);
    expect(shown.filter((command) => !scripts.join('\n').includes(command))).toEqual([]);
  });
});
