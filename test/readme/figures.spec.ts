import { readFile } from 'node:fs/promises';
import { readme } from './blocks.js';

it('README.md has the figures that the benchmarks wrote last', async () => {
  const results = await readFile('test/bench/results.md', 'utf8');
  expect(results).toMatch(/^\| what .*\| target/m);
  const [, figures] =
    /<!-- figures: .* -->\n\n([\s\S]*?)\n<!-- end of figures -->/.exec(readme) ?? [];
  expect(figures).toBe(results);
});
