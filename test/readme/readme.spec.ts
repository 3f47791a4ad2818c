import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';
import { blocks, readme } from './blocks.js';

const SNIPPETS = resolve('test/readme/snippets');

/** The files that the documentation shows, by their text. */
async function shownFiles(): Promise<ReadonlyMap<string, string>> {
  const names = await readdir(SNIPPETS);
  const paths = names.map((name) => join(SNIPPETS, name));
  paths.push(resolve('sample/stream/last-prices.service.ts'));
  return new Map(
    await Promise.all(paths.map(async (path) => [await readFile(path, 'utf8'), path] as const)),
  );
}

/** Declarations of packages that are not installed here. The suites of the stores compile the same with the real ones. */
const DECLARATIONS = ['lib/storage/optional-peers.d.ts', 'test/e2e/stores/sdk.d.ts'];

/**
 * Errors of the compiler in `sources`, each in the folder of the file it shows: it sees nothing but what it imports, and
 * {@link DECLARATIONS}.
 */
async function typeErrors(sources: readonly string[]): Promise<string[]> {
  const { config, error } = ts.readConfigFile('tsconfig.json', (path) => ts.sys.readFile(path));
  expect(error).toBeUndefined();
  const { options } = ts.parseJsonConfigFileContent(
    config,
    ts.sys,
    dirname(resolve('tsconfig.json')),
  );
  const shown = await shownFiles();
  const folderOf = (text: string) => dirname(shown.get(text) ?? join(SNIPPETS, 'unknown'));
  const files = new Map(
    sources.map((text, index) => [join(folderOf(text), `block-${index}.ts`), text]),
  );
  const host = ts.createCompilerHost(options);
  const disk = { ...host };
  host.fileExists = (path) => files.has(path) || disk.fileExists(path);
  host.readFile = (path) => files.get(path) ?? disk.readFile(path);
  host.getSourceFile = (path, settings, ...rest) => {
    const text = files.get(path);
    return text === undefined
      ? disk.getSourceFile(path, settings, ...rest)
      : ts.createSourceFile(path, text, settings);
  };
  const program = ts.createProgram([...files.keys(), ...DECLARATIONS], options, host);
  return [...files.keys()].flatMap((path) =>
    ts
      .getPreEmitDiagnostics(program, program.getSourceFile(path))
      .map(({ messageText }) => `${path}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`),
  );
}

/** Every name that `pattern` finds in a file of the library. */
async function namesIn(file: string, pattern: RegExp): Promise<string[]> {
  const text = await readFile(file, 'utf8');
  const names = Array.from(text.matchAll(pattern), ([, name = '']) => name);
  expect(names.length).toBeGreaterThan(3);
  return [...new Set(names)].toSorted();
}

/** Every name in backticks that the first column of a table has, below the heading `head`. */
async function firstColumn(page: string, head: string): Promise<string[]> {
  const lines = (await readFile(page, 'utf8')).split('\n');
  const begin = lines.findIndex((line) => line.startsWith(`| ${head} `)) + 2;
  expect(begin).toBeGreaterThan(1);
  const end = lines.findIndex((line, index) => index > begin && !line.startsWith('|'));
  const cells = lines.slice(begin, end).map((line) => line.split('|')[1] ?? '');
  return cells
    .flatMap((cell) => Array.from(cell.matchAll(/`(\w+)`/g), ([, name = '']) => name))
    .toSorted();
}

describe('README.md and docs', () => {
  it('has TypeScript that compiles, each block with the imports that it shows', async () => {
    const sources = blocks('ts');
    expect(sources.length).toBeGreaterThan(5);
    expect(sources.filter((source) => !/^import /m.test(source))).toEqual([]);
    // A name that does not exist is found, so the compiler does look at them.
    const wrong = sources[0]?.replace('this.betfair.call', 'this.betfair.get') ?? '';
    const errors = await typeErrors([...sources, wrong]);
    const isExpected = (error: string) => error.includes(`block-${sources.length}.ts`);
    expect(errors.filter((error) => !isExpected(error))).toEqual([]);
    expect(errors.filter(isExpected)).not.toEqual([]);
  }, 60_000);

  it('has exactly the TypeScript that the tests run', async () => {
    expect(blocks('ts').toSorted()).toEqual([...(await shownFiles()).keys()].toSorted());
  });

  it('has exactly the policy under which the S3 suite runs', async () => {
    expect(blocks('json')).toEqual([await readFile('test/e2e/stores/s3.policy.json', 'utf8')]);
  });

  it('has exactly the settings with which vitest runs its tests', async () => {
    const settings = await readFile('test/e2e/consumers/nest12-vitest/vitest.config.js', 'utf8');
    expect(blocks('js')).toContain(settings);
  });

  it('is short enough for npm and for somebody who has two minutes', () => {
    expect(readme.split('\n').length).toBeLessThanOrEqual(250);
    expect(Buffer.byteLength(readme)).toBeLessThanOrEqual(20_000);
  });

  it('names the two commands', () => {
    expect(readme).toContain('npm ci && npm start');
    expect(readme).toContain('npm ci && npm test');
  });

  it.each([
    [
      'code',
      'docs/errors.md',
      '`code`',
      'lib/errors/betfair-session.error.ts',
      /^ {2}\| '(\w+)'/gm,
    ],
    [
      'option',
      'docs/options.md',
      'option',
      'lib/options/betfair-session-options.interface.ts',
      /^ {2}readonly (\w+)\??:/gm,
    ],
    [
      'type of an event',
      'docs/events.md',
      '`type`',
      'lib/session/events/session.events.ts',
      /(?<=readonly type: .*)'(\w+)'/g,
    ],
    [
      'state',
      'docs/events.md',
      '`state`',
      'lib/session/events/session.events.ts',
      /(?<=readonly state: .*)'(\w+)'/g,
    ],
  ])('explains every %s, and no other', async (_, page, head, file, pattern) => {
    expect(await firstColumn(page, head)).toEqual(await namesIn(file, pattern));
  });

  it('explains every variable, and no other', async () => {
    const known = await namesIn(
      'lib/options/environment/options-from-env.ts',
      /`(BETFAIR_[A-Z_]+[A-Z])\b/g,
    );
    const shown = [
      ...(await firstColumn('docs/options.md', 'variable')),
      ...(await firstColumn('docs/simulator.md', 'variable')),
    ];
    expect([...new Set(shown)].toSorted()).toEqual(known);
  });
});
