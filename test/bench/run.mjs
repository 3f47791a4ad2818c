// Measures the package as it is published: `npm run bench`. Arguments select benchmarks by what their names contain;
// BENCH_QUICK=1 makes rounds so short that figures mean little. A whole run writes results.json and the table and charts
// of docs/benchmarks.md. A target missed makes the exit code 1, except in a quick run.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { publishInto } from '../e2e/publish.mjs';
import { installIn } from '../e2e/stores/install.mjs';
import { refuseSecrets } from '../support/secret-forms.mjs';
import { describe, missed, print, write } from './results.mjs';

const HERE = import.meta.dirname;
const NAMES = [
  'get-session',
  'round-trips',
  'login',
  'nest-request',
  'echoes',
  'calls',
  'fetch',
  'stream',
  'import-time',
  'memory',
  'managers',
  'fleet',
];
/** Milliseconds for one benchmark. */
const LONGEST = 300_000;

const quick = process.env.BENCH_QUICK === '1';
const wanted = process.argv.slice(2);

/** The figures and charts of one benchmark. Fails if it shows a secret in them, or in what it prints. */
async function measure(name) {
  const child = fork(join(HERE, 'measure.mjs'), [join(HERE, `${name}.bench.mjs`)], {
    execArgv: ['--expose-gc'],
    env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    silent: true,
  });
  let printed = '';
  for (const stream of ['stdout', 'stderr']) {
    child[stream].on('data', (chunk) => {
      printed += chunk;
      process[stream].write(chunk);
    });
  }
  const late = setTimeout(() => child.kill('SIGKILL'), LONGEST);
  let measured;
  child.once('message', (message) => {
    measured = message;
  });
  const [code, signal] = await once(child, 'close');
  clearTimeout(late);
  if (code !== 0 || measured === undefined) throw new Error(`${name} ended (${code ?? signal}).`);
  refuseSecrets(printed + JSON.stringify(measured), name);
  const figures = measured.figures.map((figure) => ({ benchmark: name, ...figure }));
  return { figures, charts: measured.charts };
}

installIn(HERE, 'what is compared with, and the load generator, in test/bench (about 160 MB)');
publishInto(HERE);
const selected = NAMES.filter(
  (name) => wanted.length === 0 || wanted.some((part) => name.includes(part)),
);
if (selected.length === 0)
  throw new Error(`No benchmark has such a name. There are: ${NAMES.join(', ')}.`);
const figures = [];
const charts = [];
for (const name of selected) {
  console.log(`\n${name}${quick ? ' (quick: these figures mean little)' : ''}`);
  try {
    const measured = await measure(name);
    print(measured.figures);
    figures.push(...measured.figures);
    charts.push(...measured.charts);
  } catch (error) {
    // The others are measured all the same, and nothing is written.
    process.exitCode = 1;
    console.log(`\n!!! ${error.message} !!!`);
  }
}
const isWhole = !quick && selected.length === NAMES.length && process.exitCode !== 1;
if (isWhole) await write(describe(figures), charts);
const failed = figures.filter(missed);
for (const { what } of failed) console.log(`\n!!! TARGET MISSED: ${what} !!!`);
if (failed.length > 0 && !quick) process.exitCode = 1;
