import { readFile } from 'node:fs/promises';

/** The text of README.md. */
export const readme = await readFile('README.md', 'utf8');

/** The code blocks of README.md in one language. */
export function blocks(language: string): string[] {
  const fenced = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm');
  return Array.from(readme.matchAll(fenced), ([, code = '']) => code);
}
