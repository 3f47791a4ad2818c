import { readFile } from 'node:fs/promises';

it('docs/benchmarks.md has the figures that the benchmarks wrote last', async () => {
  const results = await readFile('test/bench/results.md', 'utf8');
  expect(results).toMatch(/^\| what .*\| target/m);
  const page = await readFile('docs/benchmarks.md', 'utf8');
  const [, figures] =
    /<!-- figures: .* -->\n\n([\s\S]*?)\n<!-- end of figures -->/.exec(page) ?? [];
  expect(figures).toBe(results);
});
