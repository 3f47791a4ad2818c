import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A page of the documentation. */
export interface Page {
  readonly path: string;
  readonly text: string;
}

/** The text of README.md. */
export const readme = await readFile('README.md', 'utf8');

/** README.md and the pages in docs, except the reference, which is generated. */
export const pages: readonly Page[] = [
  { path: 'README.md', text: readme },
  ...(await Promise.all(
    (await readdir('docs', { recursive: true }))
      .filter((name) => name.endsWith('.md') && !name.startsWith('reference'))
      .map(async (name) => ({
        path: join('docs', name),
        text: await readFile(join('docs', name), 'utf8'),
      })),
  )),
];

/** The code blocks of all pages in one language. */
export function blocks(language: string): string[] {
  const fenced = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm');
  return pages.flatMap(({ text }) => Array.from(text.matchAll(fenced), ([, code = '']) => code));
}
