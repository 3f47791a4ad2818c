import { readFile } from 'node:fs/promises';

/** How the refusals of one way of calling were seen. */
export interface Row {
  readonly name: string;
  readonly text: string;
  rest: string;
  rpc: string;
  readonly instead: string | undefined;
}

const HEAD = ['client', 'called as', 'REST refusal seen', 'JSON-RPC refusal seen', 'write instead'];
const BEGIN = '<!-- clients: written by `npm run test:clients -- --update` -->';
const END = '<!-- clients: end -->';

/** The table in Markdown, formatted as prettier does it. */
export async function tableOf(rows: readonly Row[]): Promise<string> {
  const titles = await titlesOfPackages();
  const cells = rows.map(({ name, text, rest, rpc, instead }) => [
    titles.get(name) ?? name,
    text.includes('(') ? `\`${text}\`` : text,
    rest,
    rpc,
    instead === undefined || instead.includes('`') || !instead.includes('(')
      ? (instead ?? '')
      : `\`${instead}\``,
  ]);
  const widths = HEAD.map((title, column) =>
    Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [HEAD, widths.map((width) => '-'.repeat(width)), ...cells].map(line).join('\n');
}

export function tableIn(page: string): string {
  const [, rest = ''] = page.split(BEGIN);
  return (rest.split(END)[0] ?? '').trim();
}

export function replaceTable(page: string, table: string): string {
  const old = page.slice(page.indexOf(BEGIN), page.indexOf(END));
  return page.replace(old, () => `${BEGIN}\n\n${table}\n\n`);
}

/** The names and versions of the packages, by the names under which they are installed. */
async function titlesOfPackages(): Promise<Map<string, string>> {
  const text = await readFile(new URL('package.json', import.meta.url), 'utf8');
  const { dependencies }: { dependencies: Record<string, string> } = JSON.parse(text);
  const titles = Object.entries(dependencies).map(([name, wanted]) => {
    const title = wanted.startsWith('npm:') ? wanted.slice('npm:'.length) : `${name}@${wanted}`;
    return [name, title.replace('@', ' ')] as const;
  });
  return new Map([...titles, ['Node', 'Node itself'], ['any', 'any']]);
}
