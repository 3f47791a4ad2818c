import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../../..');

/** The blocks of a page of the documentation that a reader runs or copies, in their order. */
export function blocksOf(page) {
  const text = readFileSync(join(ROOT, page), 'utf8');
  return Array.from(text.matchAll(/^```(sh|ts)\n([\s\S]*?)^```$/gm), ([, language, block]) => ({
    language,
    block,
  }));
}

/**
 * Does what a page says, block by block. `steps` say how a reader takes each kind of block; a block that none of them
 * knows fails, so that nothing is written that nobody tries.
 */
export async function follow(page, steps) {
  for (const { language, block } of blocksOf(page)) {
    const step = steps.find(([pattern]) => pattern.test(block));
    if (step === undefined)
      throw new Error(`${page}: nobody tries this ${language} block:\n${block}`);
    await step[1](block);
  }
}
