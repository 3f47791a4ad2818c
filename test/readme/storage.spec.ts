import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { StorageDriver } from '../../lib/storage/contract/storage.driver.js';
import { DRIVERS } from '../../lib/storage/drivers.js';
import { DEFAULT_TABLE, tableNamed } from '../../lib/storage/postgres/postgres.table.js';
import { findStorageFault } from '../../lib/storage/storage.factory.js';
import { pages } from './blocks.js';

const FOLDER = 'docs/storage';
const MANUAL = pages.filter(({ path }) => dirname(path) === FOLDER);

/** The text of a page of the folder, by the name of its file. */
function pageOf(name: string): string {
  const found = MANUAL.find(({ path }) => path === join(FOLDER, name));
  if (found === undefined) throw new Error(`${FOLDER} has no page ${name}.`);
  return found.text;
}

/** The text under a heading of a page, up to the next heading. */
function section(name: string, heading: string): string {
  const parts = pageOf(name).split(/^#+ /m);
  const found = parts.find((part) => part.startsWith(`${heading}\n`));
  if (found === undefined) throw new Error(`${name} has no heading "${heading}".`);
  return found;
}

/** Rows of the table under a heading of a page, each as its cells. */
function table(name: string, heading: string): string[][] {
  const [, , ...rows] = section(name, heading).match(/^\|.*\|$/gm) ?? [];
  return rows.map((row) => Array.from(row.matchAll(/[^|]+/g), ([cell]) => cell.trim()));
}

/** Texts in backticks, outside blocks of code. */
function codes(text: string): string[] {
  const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, '');
  return Array.from(prose.matchAll(/`([^`]+)`/g), ([, code = '']) => code);
}

/** Pages of the folder that a text links to. */
function linkedPages(text: string): string[] {
  return Array.from(text.matchAll(/\]\(([\w-]+\.md)(?:#[\w-]+)?\)/g), ([, name = '']) => name);
}

/** The storage URLs that a text sets in a shell. */
function shellUrls(text: string): string[] {
  return Array.from(text.matchAll(/^BETFAIR_STORAGE='(.+)'$/gm), ([, url = '']) => url);
}

/** Tells if a URL is one of a back end. */
function isOf({ schemes }: StorageDriver, url: string): boolean {
  return schemes.some((scheme) => url.startsWith(scheme));
}

/** Back ends as the index lists them. */
const listed = table('README.md', 'Back ends').map(([name = '', urls = '', install = '']) => ({
  page: linkedPages(name).join(),
  examples: codes(urls),
  packages: codes(install).flatMap((code) => /^npm i (.+)$/.exec(code)?.[1] ?? []),
}));

/** The page of a back end. */
function pageNameOf({ examples }: StorageDriver): string {
  const row = listed.find((one) => one.examples.join() === examples.join());
  if (row === undefined) throw new Error(`The index has no row for ${examples.join()}.`);
  return row.page;
}

/** Parameters that a back end takes, as its error for another one names them. */
function parametersOf(driver: StorageDriver): string[] {
  const [example] = driver.examples;
  try {
    driver.create(`${example}?no_such_parameter=1`, () => {});
  } catch (error) {
    const [, known] = /It supports (only [\w, ]+|no parameters)\./.exec(String(error)) ?? [];
    if (known !== undefined) return known.replace(/^only |^no parameters$/, '').match(/\w+/g) ?? [];
    throw error;
  }
  throw new Error(`${example} takes a parameter that there is not.`);
}

describe('docs/storage', () => {
  it('lists the back ends as the library does', () => {
    expect(listed.map(({ examples, packages }) => ({ examples, packages }))).toEqual(
      DRIVERS.map(({ examples, packages }) => ({ examples, packages })),
    );
  });

  it.each(DRIVERS.map((driver) => [driver.examples.join(), driver] as const))(
    'has a page for %s, with its URLs, its packages, and a line for a shell',
    (_, driver) => {
      const text = pageOf(pageNameOf(driver));
      const shown = driver.examples.filter((url) => new RegExp(`[\`']${url}[\`']`).test(text));
      expect(shown).toEqual(driver.examples);
      expect(codes(text)).toEqual(
        expect.arrayContaining(driver.packages.map((name) => `npm i ${name}`)),
      );
      expect(shellUrls(text).filter((url) => isOf(driver, url))).not.toEqual([]);
    },
  );

  it.each([...new Set(DRIVERS.map(pageNameOf))])(
    '%s has a table of exactly the parameters that its back ends take',
    (name) => {
      const taken = DRIVERS.filter((driver) => pageNameOf(driver) === name).flatMap(parametersOf);
      expect(taken).not.toEqual([]);
      const shown = table(name, 'Parameters').flatMap(([parameter = '']) => codes(parameter));
      expect(shown.toSorted()).toEqual(taken.toSorted());
    },
  );

  it('shows URLs that the library takes', () => {
    const choices = table('README.md', 'Which store').flatMap(([, urls = '']) => codes(urls));
    expect(DRIVERS.filter((driver) => !choices.some((url) => isOf(driver, url)))).toEqual([]);
    const urls = [...choices, ...pages.flatMap(({ text }) => shellUrls(text))];
    expect(urls.flatMap((url) => findStorageFault(url) ?? [])).toEqual([]);
    // Those of a shell are in quotes, so that all of them are found.
    const lines = MANUAL.flatMap(({ text }) => text.match(/^BETFAIR_STORAGE=.*$/gm) ?? []);
    expect(lines).toHaveLength(MANUAL.flatMap(({ text }) => shellUrls(text)).length);
  });

  it('leads to every page from its index', () => {
    const names = MANUAL.map(({ path }) => path.slice(FOLDER.length + 1));
    const found = new Set(['README.md', ...linkedPages(pageOf('README.md'))]);
    expect(names.toSorted()).toEqual([...found].toSorted());
  });

  it('says on each page what it was run on, as the index does', () => {
    const rows = table('README.md', 'What was run on what');
    expect(rows.length).toBeGreaterThan(DRIVERS.length);
    for (const [name = '', ranOn = ''] of rows) {
      const [page = ''] = linkedPages(name);
      expect(pageOf(page)).toContain(ranOn);
    }
  });

  it('has the variables of Azure on the page of Azure', async () => {
    const source = await readFile('lib/storage/azure/azure.account.ts', 'utf8');
    const names = Array.from(source.matchAll(/env\['(\w+)'\]/g), ([, name = '']) => name);
    expect(names.length).toBeGreaterThan(4);
    expect(codes(pageOf('azure.md'))).toEqual(expect.arrayContaining(names));
  });

  it('has the statements for PostgreSQL that its errors have', () => {
    const { create, grant } = tableNamed(DEFAULT_TABLE);
    const statements = section('postgresql.md', 'The table');
    expect(statements).toContain(`${create};\n${grant.replace('…', 'bot')};\n`);
  });

  it('hands clients to RedisStorage as the suite does that runs on them', async () => {
    const used = await readFile('test/e2e/stores/redis.clients.ts', 'utf8');
    const shown = codes(section('redis.md', 'A client that you have')).filter((code) =>
      code.startsWith('send: '),
    );
    expect(shown.length).toBeGreaterThan(3);
    const notRun = shown.filter((code) => !used.replaceAll(/\s+/g, ' ').includes(code));
    // These libraries are not installed for it.
    expect(notRun.filter((code) => !/client\.customCommand|queue\.backend/.test(code))).toEqual([]);
  });
});
