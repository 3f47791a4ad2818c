// Tests the tests: changes the library in one place at a time and expects one of them to fail. Arguments select files
// or folders (`lib/login/guard/login.guard.ts`); what begins with `--` goes to Stryker. Each file is a run of its own, whose
// results are kept, so that an interrupted run loses one file and the next goes on from there. A run of all writes
// report.md, and so does `--report`, which runs nothing, from what was found so far.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { installIn } from '../stores/install.mjs';
import { markComplete, report, RESULTS } from './report.mjs';
import { suitesOf } from './suites.mjs';

const HERE = import.meta.dirname;
const ROOT = resolve(HERE, '../..');
/** Without arguments; `lib/calls` has random schedules and properties instead. */
const FOLDERS = ['lib/session', 'lib/interceptor', 'lib/identity', 'lib/storage'];
const STRYKER = join(HERE, 'node_modules/@stryker-mutator/core/bin/stryker.js');
/** The first Node that Stryker runs on. */
const OLDEST = 22;

/** The Node to run Stryker with: this one if it is new enough, otherwise the one installed beside Stryker. */
function node() {
  if (Number.parseInt(process.versions.node, 10) >= OLDEST) return process.execPath;
  const { platform, arch } = process;
  const installed = join(HERE, `node_modules/node-${platform}-${arch}/bin/node`);
  if (existsSync(installed)) return installed;
  console.error(`Stryker needs Node ${OLDEST} or newer: run this with one.`);
  return process.exit(1);
}

/** The files with code in a folder, or the file itself. */
function filesIn(path) {
  if (statSync(join(ROOT, path)).isFile()) return [path];
  return readdirSync(join(ROOT, path), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !/(^|[./])(interface|d|index)\.ts$/.test(name))
    .map((name) => `${path.replace(/\/$/, '')}/${name}`)
    .toSorted();
}

/**
 * Stryker would keep runs that broke off, and survivors at the top of a module although tests were added. Only of the
 * file that is run now: of any other, nobody would try them again.
 */
function forgetDoubtful(file) {
  if (!existsSync(RESULTS)) return;
  const results = JSON.parse(readFileSync(RESULTS, 'utf8'));
  const found = results.files[file];
  if (!found) return;
  found.mutants = found.mutants.filter((mutant) => {
    return mutant.status !== 'RuntimeError' && !(mutant.static && mutant.status === 'Survived');
  });
  writeFileSync(RESULTS, JSON.stringify(results));
}

const paths = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const flags = process.argv.slice(2).filter((argument) => argument.startsWith('--'));
const files = FOLDERS.flatMap(filesIn);
const isWhole = paths.length === 0;
const reportOnly = flags.includes('--report');
const chosen = reportOnly ? [] : isWhole ? files : paths.flatMap(filesIn);

installIn(HERE, 'the mutation tester in test/mutation (about 250 MB)');
const program = node();
for (const [index, file] of chosen.entries()) {
  console.log(`\n${file} (${index + 1} of ${chosen.length})`);
  forgetDoubtful(file);
  const parameters = [STRYKER, 'run', join(HERE, 'stryker.config.mjs'), '--mutate', file, ...flags];
  const { status, signal } = spawnSync(program, parameters, {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, MUTATION_SUITES: suitesOf(file) },
  });
  if (signal) process.exit(1);
  // Otherwise the suites fail without any mutant, most likely.
  if (status === 0) markComplete(file);
  else process.exitCode = 1;
}
if (!(await report(files, { write: isWhole }))) process.exitCode = 1;
