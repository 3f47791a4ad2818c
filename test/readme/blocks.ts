import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A page of the documentation. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

/** The text of README.md. */
export const readme = await readFile('README.md', 'utf8');

const docs: readonly Page[] = await Promise.all(
  (await readdir('docs', { recursive: true }))
    .filter((name) => name.endsWith('.md'))
    .map(async (name) => ({
      path: join('docs', name),
      text: await readFile(join('docs', name), 'utf8'),
    })),
);

/** The pages of the reference, which are generated. */
export const reference = docs.filter(({ path }) => path.startsWith('docs/reference/'));

/** README.md and the other pages in docs. */
export const pages: readonly Page[] = [
  { path: 'README.md', text: readme },
  ...docs.filter((page) => !reference.includes(page)),
];

/** The code blocks in one language, of all pages or of some. */
export function blocks(language: string, of: readonly Page[] = pages): string[] {
  const fenced = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm');
  return of.flatMap(({ text }) => Array.from(text.matchAll(fenced), ([, code = '']) => code));
}

/** The headings of a page, by the names with which GitHub links to them. */
export function headingsOf(text: string): ReadonlyMap<string, string> {
  const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, '');
  const headings = new Map<string, string>();
  for (const [, heading = ''] of prose.matchAll(/^#+ (.*)$/gm)) {
    const name = heading
      .toLowerCase()
      .replaceAll(/[^a-z0-9_ -]/g, '')
      .replaceAll(' ', '-');
    let anchor = name;
    for (let count = 1; headings.has(anchor); count++) anchor = `${name}-${count}`;
    headings.set(anchor, heading);
  }
  return headings;
}
