import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { headingsOf, type Page, pages, reference } from './blocks.js';

const read = async (path: string): Promise<Page> => ({ path, text: await readFile(path, 'utf8') });
const llms = await read('llms.txt');
const all = [
  ...pages,
  ...reference,
  llms,
  await read('CONTRIBUTING.md'),
  await read('SECURITY.md'),
];

/** Links of a page to files, from the root of the repository, each with its place. */
function linksOf({ path, text }: Page): { file: string; anchor: string | undefined }[] {
  return Array.from(text.matchAll(/\]\((?!https?:)([^)]+)\)/g), ([, link = '']) => {
    const [target = '', anchor] = link.split('#');
    return { file: target === '' ? path : join(dirname(path), target), anchor };
  });
}

it.each(all)('$path links to files, and to places in them, that exist', async (page) => {
  const links = linksOf(page);
  expect(links.length).toBeGreaterThan(0);
  for (const { file, anchor } of links) {
    expect({ file, exists: existsSync(file) }).toEqual({ file, exists: true });
    if (anchor) expect([...headingsOf(await readFile(file, 'utf8')).keys()]).toContain(anchor);
  }
});

it('every page can be found from the index of the manual, and from llms.txt', () => {
  const index = pages.find(({ path }) => path === 'docs/README.md');
  const others = pages.filter((page) => page !== index).map(({ path }) => path);
  for (const page of [index, llms]) {
    const linked = page ? linksOf(page).map(({ file }) => file) : [];
    expect(others.filter((path) => !linked.includes(path))).toEqual([]);
  }
});

it('what is published links to what is published, or to sources in the repository', async () => {
  const { files } = JSON.parse(await readFile('package.json', 'utf8'));
  const published = ['README.md', 'LICENSE', ...files];
  const isPublished = (file: string) =>
    published.some((entry) => file === entry || file.startsWith(`${entry}/`));
  const inRepository = /^(lib|sample|test|\.)/;
  for (const page of all) {
    const unknown = linksOf(page).filter(
      ({ file }) => !isPublished(file) && !(page.path !== 'README.md' && inRepository.test(file)),
    );
    expect({ path: page.path, unknown }).toEqual({ path: page.path, unknown: [] });
  }
});
