import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pages } from './blocks.js';

const text = pages.find(({ path }) => path === 'docs/architecture.md')?.text ?? '';

/** The rooms of lib in the order of their paragraphs. */
const rooms = Array.from(
  text.matchAll(/^\*\*\[([\w-]+)\]\(\.\.\/lib\/\1\)\*\* /gm),
  ([, name = '']) => name,
);

/** The folders of lib that a room imports from. */
async function importsOf(room: string): Promise<readonly string[]> {
  const folder = join('lib', room);
  const files = (await readdir(folder, { recursive: true })).filter((path) => path.endsWith('.ts'));
  const sources = await Promise.all(files.map((path) => readFile(join(folder, path), 'utf8')));
  return Array.from(
    sources.join('\n').matchAll(/ from '(?:\.\.\/)+([\w-]+)\//g),
    ([, name = '']) => name,
  );
}

describe('docs/architecture.md', () => {
  it('has a paragraph for every room of lib, and for no other', async () => {
    const entries = await readdir('lib', { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    expect(rooms.toSorted()).toEqual(folders.toSorted());
  });

  it.each(rooms)('has %s above every room from which it imports', async (room) => {
    const above = rooms.slice(0, rooms.indexOf(room));
    const imported = await importsOf(room);
    expect(imported.filter((name) => above.includes(name))).toEqual([]);
  });

  it('is short enough to be read first', () => {
    expect(text.split('\n').length).toBeLessThan(200);
  });
});
