// Tells what Stryker has found so far, and writes report.md of it.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { survivors } from './survivors.mjs';

const HERE = import.meta.dirname;
const ROOT = resolve(HERE, '../..');
/** Everything that Stryker has found so far, whichever run found it. */
export const RESULTS = join(ROOT, '.stryker/incremental.json');
/**
 * The files that were gone through to the end, with what they held and how many mutants that made; an interrupted run
 * leaves part of its results.
 */
const COMPLETE = join(ROOT, '.stryker/complete.json');
const REPORT = join(HERE, 'report.md');
/** Percent of the mutants that tests must find. */
const LEAST = 85;

/**
 * Reports on these files.
 *
 * @returns whether enough was found and every survivor is explained
 */
export async function report(files, { write }) {
  const results = readJson(RESULTS).files ?? {};
  const complete = readJson(COMPLETE);
  /** What Stryker leaves out has nothing to change, as a file of types has. */
  const found = (file) => results[file] ?? { source: '', mutants: [] };
  const tested = files.filter((file) => {
    const { source, mutants } = complete[file] ?? {};
    return (
      source === readFileSync(join(ROOT, file), 'utf8') && mutants === found(file).mutants.length
    );
  });
  const rows = tested.map((file) => ({ file, ...count(found(file).mutants) }));
  const total = { file: '**Total**', ...count(tested.flatMap((file) => found(file).mutants)) };
  const left = tested.flatMap((file) => survivorsOf(file, found(file)));
  const untested = files.filter((file) => !tested.includes(file));
  const faults = [
    ...(total.score < LEAST ? [`The score is ${percent(total.score)}, under ${LEAST} %.`] : []),
    ...left.filter(({ why }) => !why).map(({ place }) => `${place} survives unexplained.`),
    ...staleExplanations(tested, left).map((place) => `${place} is explained, but found.`),
  ];
  const markdown = [
    '# Mutation report',
    'Written by `npm run test:mutation`. Each mutant is one change of the code; it counts as found where a test fails (killed) or never ends (time-out).',
    table(
      ['File', 'Killed', 'Time-out', 'Survived', 'Not covered', 'Score'],
      [...rows, total].map(({ file, Killed, Timeout, Survived, NoCoverage, score }) => {
        return [file, Killed, Timeout, Survived, NoCoverage, percent(score)];
      }),
    ),
    ...(untested.length > 0
      ? ['## Not tested in their present form', untested.map((file) => `- ${file}`).join('\n')]
      : []),
    '## Survivors',
    table(
      ['Where', 'Mutator', 'Change', 'Why it stays'],
      left.map(({ place, mutator, change, why }) => [place, mutator, change, why ?? '**?**']),
    ),
  ].join('\n\n');
  const options = await resolveConfig(REPORT);
  if (write) writeFileSync(REPORT, await format(markdown, { ...options, parser: 'markdown' }));
  console.log(
    `\n${tested.length} of ${files.length} files, score ${percent(total.score)}${write ? `: ${REPORT}` : ''}`,
  );
  for (const fault of faults) console.error(fault);
  return faults.length === 0;
}

/** Notes that every mutant of a file has been tried. */
export function markComplete(file) {
  const source = readFileSync(join(ROOT, file), 'utf8');
  const mutants = readJson(RESULTS).files?.[file]?.mutants.length ?? 0;
  writeFileSync(COMPLETE, JSON.stringify({ ...readJson(COMPLETE), [file]: { source, mutants } }));
}

function readJson(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
}

function count(mutants) {
  const of = (status) => mutants.filter((mutant) => mutant.status === status).length;
  const counts = {
    Killed: of('Killed'),
    Timeout: of('Timeout'),
    Survived: of('Survived'),
    NoCoverage: of('NoCoverage'),
  };
  const found = counts.Killed + counts.Timeout;
  const all = found + counts.Survived + counts.NoCoverage;
  return { ...counts, score: all === 0 ? 100 : (100 * found) / all };
}

function survivorsOf(file, { source, mutants }) {
  const lines = source.split('\n');
  return mutants
    .filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
    .map(({ location: { start, end }, mutatorName, replacement }) => {
      const original = textBetween(lines, start, end);
      const line = lines[start.line - 1].trim();
      const why = survivors[file]?.find(
        (known) => known.line === line && known.to.includes(replacement),
      )?.why;
      return {
        file,
        line,
        replacement,
        place: `${file}:${start.line}`,
        mutator: mutatorName,
        change: `${code(original)} → ${code(replacement)}`,
        why,
      };
    })
    .toSorted((a, b) => a.place.localeCompare(b.place, 'en', { numeric: true }));
}

/** Explanations of mutants that do not survive. */
function staleExplanations(tested, left) {
  return tested.flatMap((file) =>
    (survivors[file] ?? []).flatMap(({ line, to }) =>
      to
        .filter((replacement) => {
          return !left.some(
            (mutant) =>
              mutant.file === file && mutant.line === line && mutant.replacement === replacement,
          );
        })
        .map((replacement) => `${file}: ${line} (${replacement})`),
    ),
  );
}

function textBetween(lines, start, end) {
  const cut = lines.slice(start.line - 1, end.line);
  const last = cut.length - 1;
  cut[last] = cut[last].slice(0, end.column - 1);
  cut[0] = cut[0].slice(start.column - 1);
  return cut.join('\n');
}

function row(cells) {
  return `| ${cells.join(' | ')} |`;
}

function table(heads, rows) {
  return [row(heads), row(heads.map(() => '---')), ...rows.map(row)].join('\n');
}

/** One line of code, short, as it can stand in a table. */
function code(text) {
  const line = text.replaceAll(/\s+/g, ' ');
  const short = line.length > 60 ? `${line.slice(0, 59)}…` : line;
  return `\`\` ${short.replaceAll('|', '\\|')} \`\``;
}

function percent(score) {
  return `${score.toFixed(1)} %`;
}
