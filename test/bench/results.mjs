// What was measured: for the console, for results.json, and as a table and charts for docs/benchmarks.md.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';

const HERE = import.meta.dirname;
const PAGE = resolve(HERE, '../../docs/benchmarks.md');
const CHARTS = resolve(HERE, '../../docs/benchmarks');
/** Between these two lines of the page stands the table. */
const [BEGIN, END] = ['<!-- figures: written by `npm run bench` -->', '<!-- end of figures -->'];

const COMPARISONS = {
  atMost: ['≤', (value, limit) => value <= limit],
  atLeast: ['≥', (value, limit) => value >= limit],
  exactly: ['', (value, limit) => value === limit],
};

/** The targets of a figure; none or one. */
function targetsOf({ target = {}, unit, value }) {
  return Object.entries(target).map(([kind, limit]) => {
    const [sign, holds] = COMPARISONS[kind];
    return { text: `${sign} ${limit} ${unit}`.trim(), met: holds(value, limit) };
  });
}

export function missed(figure) {
  return targetsOf(figure).some(({ met }) => !met);
}

/** A number with the digits that tell something. */
function number(value) {
  if (Number.isInteger(value)) return value.toLocaleString('en');
  if (value < 0.01) return value.toLocaleString('en', { maximumSignificantDigits: 1 });
  return value.toLocaleString('en', { maximumFractionDigits: value < 1 ? 3 : value < 10 ? 2 : 0 });
}

function cellsOf(figure) {
  const { what, value, unit, spread, note, missing } = figure;
  if (missing !== undefined)
    return [what, '**not measured**', missing.replaceAll('!', '').trim(), ''];
  const target = targetsOf(figure).map(({ text, met }) => `${text}, ${met ? 'met' : '**MISSED**'}`);
  const range = spread ? ` (${spread.map(number).join('–')})` : '';
  return [what, `${number(value)} ${unit}`.trim() + range, note, target.join()];
}

export function print(figures) {
  for (const cells of figures.map(cellsOf)) {
    const [what, value, note, target] = cells.map((cell) => cell.replaceAll(/[`*]/g, ''));
    console.log(`  ${what}: ${value} (${note})${target && `; target ${target}`}`);
  }
  for (const { missing } of figures) if (missing !== undefined) console.log(`\n${missing}\n`);
}

/** The figures of a whole run, with the machine that they were measured on. */
export function describe(figures) {
  const [{ model }] = cpus();
  return {
    command: 'npm run bench',
    date: new Date().toISOString().slice(0, 10),
    machine: {
      cpu: model.trim(),
      cores: cpus().length,
      memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
      node: process.version,
    },
    figures: figures.map((figure) => ({ ...figure, missed: missed(figure) })),
  };
}

function row(cells) {
  return `| ${cells.join(' | ')} |`;
}

function markdown({ command, date, machine, figures }) {
  const { cpu, cores, memory, node } = machine;
  return [
    `\`${command}\` on ${date}: ${cpu}, ${cores} cores, ${memory}, Node ${node}.`,
    '',
    row(['what', 'figure', 'measured', 'target']),
    row(['---', '---', '---', '---']),
    ...figures.map((figure) => row(cellsOf(figure))),
    '',
  ].join('\n');
}

/** Writes the files that are checked in. */
export async function write(results, charts) {
  const shown = charts.map(({ file, title }) => `![${title}](benchmarks/${file}.svg)\n`);
  const table = [...shown, markdown(results)].join('\n');
  const page = await readFile(PAGE, 'utf8');
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error(`${PAGE} has no lines ${BEGIN} and ${END}.`);
  // What it draws with was installed only when the run began.
  const { draw } = await import('./charts.mjs');
  await mkdir(CHARTS, { recursive: true });
  await Promise.all([
    ...charts.map((chart) => writeFile(join(CHARTS, `${chart.file}.svg`), draw(chart))),
    writeFormatted(join(HERE, 'results.json'), JSON.stringify(results)),
    writeFormatted(PAGE, `${before}${BEGIN}\n\n${table}\n${END}${after}`),
  ]);
}

async function writeFormatted(path, text) {
  await writeFile(path, await format(text, { ...(await resolveConfig(path)), filepath: path }));
}
