// Installs the packed package in small applications as a user would, builds them, and runs their tests and programs on
// several versions of Node. Names of applications select them; `--short` leaves out the newest Node, and applications
// that are marked so; `--keep` leaves the folder with all of it behind.
import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { consumers } from './consumers.mjs';
import { npm, RUNNING_NODE } from './npm.mjs';
import { packInto } from '../pack.mjs';
import { isBuilt } from '../publish.mjs';
import { step } from '../step.mjs';

const HERE = import.meta.dirname;
const ROOT = resolve(HERE, '../../..');
/** Files that the documentation shows. */
const SHOWN = join(ROOT, 'test/readme/snippets');
const TARBALL = 'nestjs-betfair-session.tgz';
const INSTALL = ['install', '--no-audit', '--no-fund', '--prefer-offline', '--no-package-lock'];
const isShort = process.argv.includes('--short');
/** Beside the one that runs this. */
const OTHER_NODES = isShort ? ['22.23.3', '24.21.0'] : ['22.23.3', '24.21.0', '26.10.0'];

const names = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const work = mkdtempSync(join(tmpdir(), 'consumers-'));

/** Builds and packs a copy, so that neither `dist` nor who works with it is disturbed. */
async function pack() {
  const copy = join(work, 'package');
  const files = readdirSync(ROOT, { withFileTypes: true }).filter((entry) => entry.isFile());
  const folders = ['lib', 'schematics', ...(isBuilt ? ['dist'] : [])];
  for (const name of [...folders, ...files.map((file) => file.name)]) {
    cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  return packInto(work, copy);
}

/** Installs a version of Node from npm. */
async function installNode(version) {
  const home = join(work, `node-${version}`);
  mkdirSync(home);
  const scripts = { version: 'node -p process.versions.node' };
  writeFileSync(join(home, 'package.json'), JSON.stringify({ private: true, scripts }));
  await npm(home, [...INSTALL, '--no-save', `node@${version}`]);
  const folder = join(home, 'node_modules/node/bin');
  const { stdout } = await npm(home, ['run', '--silent', 'version'], folder);
  assert.equal(stdout.trim(), version);
  return { version, folder };
}

/** The running Node, and the others that can be had. */
async function findNodes() {
  const found = [{ version: process.versions.node, folder: RUNNING_NODE }];
  for (const version of OTHER_NODES) {
    if (version.split('.')[0] === process.versions.node.split('.')[0]) continue;
    try {
      found.push(await installNode(version));
    } catch (error) {
      const reason = error.message.replaceAll(/^/gm, '    ');
      console.log(`!!! NODE ${version} CANNOT BE HAD, SO NOTHING RUNS ON IT !!!\n${reason}`);
    }
  }
  return found;
}

async function install(folder, { folders, shown = [], installs, absent }, tarball) {
  for (const source of folders) cpSync(join(HERE, source), folder, { recursive: true });
  for (const file of shown) cpSync(join(SHOWN, file), join(folder, 'src', file));
  cpSync(tarball, join(folder, TARBALL));
  await npm(folder, installs ? ['run', installs] : [...INSTALL, '--ignore-scripts']);
  for (const optional of absent) {
    assert.ok(!existsSync(join(folder, 'node_modules', optional)), `${optional} is installed`);
  }
}

async function test(folder, { tests: count, report = ['--json'] }, node) {
  const file = join(folder, `tests-${node.version}.json`);
  await npm(folder, ['test', '--', ...report, `--outputFile=${file}`], node.folder);
  const { success, numTotalTests, numPassedTests } = JSON.parse(readFileSync(file, 'utf8'));
  assert.deepEqual(
    { success, numTotalTests, numPassedTests },
    { success: true, numTotalTests: count, numPassedTests: count },
  );
}

async function start(folder, script, expected, node) {
  const { stdout, stderr } = await npm(folder, ['run', '--silent', script], node.folder);
  assert.deepEqual(JSON.parse(stdout.trim().split('\n').at(-1)), expected, stdout);
  assert.equal(stderr, '', 'a warning was printed');
}

async function check(consumer, tarball, nodes) {
  const { name, builds, oneNode, tests, testsFrom = 20, programs } = consumer;
  const folder = join(work, name);
  if (!(await step(`${name}: install`, () => install(folder, consumer, tarball)))) return;
  for (const script of builds) await step(`${name}: ${script}`, () => npm(folder, ['run', script]));
  for (const node of oneNode ? nodes.slice(0, 1) : nodes) {
    const on = `on Node ${node.version}`;
    const runsTests = tests > 0 && Number.parseInt(node.version, 10) >= testsFrom;
    if (runsTests) await step(`${name}: test ${on}`, () => test(folder, consumer, node));
    for (const [script, expected] of Object.entries(programs)) {
      await step(`${name}: ${script} ${on}`, () => start(folder, script, expected, node));
    }
  }
}

const [tarball, nodes] = await Promise.all([step('pack', pack), findNodes()]);
const queue = consumers.filter(
  ({ name, inShort = true }) =>
    (names.length === 0 || names.includes(name)) && (inShort || !isShort),
);
async function takeTurns() {
  for (let next = queue.shift(); next; next = queue.shift()) await check(next, tarball, nodes);
}
if (tarball) await Promise.all([takeTurns(), takeTurns()]);
if (process.argv.includes('--keep')) console.log(`Everything is in ${work}`);
else rmSync(work, { recursive: true, force: true });
