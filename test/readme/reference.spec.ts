import { headingsOf, reference } from './blocks.js';

const entryPoints = reference.filter(({ path }) => !path.endsWith('README.md'));

it('the reference has a page for each entry point', () => {
  expect(entryPoints.map(({ path }) => path).toSorted()).toEqual(
    ['config', 'index', 'stream', 'terminus', 'testing'].map((name) => `docs/reference/${name}.md`),
  );
});

it.each(entryPoints)('$path leads to each export by its name', ({ text }) => {
  const headings = headingsOf(text);
  const links = Array.from(text.matchAll(/\[`?(\w+)`?\]\(#([^)]+)\)/g));
  expect(links.length).toBeGreaterThan(1);
  const wrong = links.filter(([, name = '', anchor = '']) => {
    const heading = headings.get(anchor)?.replaceAll('\\', '');
    return heading !== name && heading !== `${name}()`;
  });
  expect(wrong).toEqual([]);
});
