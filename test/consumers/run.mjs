// Installs the packed package in small applications as a user would, builds them, runs their tests and their programs.
// `--keep` leaves the folders of the applications behind; names of applications select them.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { consumers } from './consumers.mjs';

const HERE = import.meta.dirname;
const ROOT = resolve(HERE, '../..');
/** Beside the Node that runs this. */
const OTHER_NODES = ['22.23.3', '24.21.0'];
const TARBALL = 'nestjs-betfair-session.tgz';
const INSTALL = ['install', '--no-audit', '--no-fund', '--prefer-offline', '--no-package-lock'];
/** Milliseconds until a command that does not end by itself is killed. */
const PATIENCE = 240_000;

const chosen = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const work = mkdtempSync(join(tmpdir(), 'consumers-'));
let failed = false;

/** What a user's shell has: nothing of the `npm run` around this, no account, and loopback past any proxy. */
function environment(nodeFolder) {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_(package|lifecycle|config_local_prefix)|BETFAIR_|NODE_OPTIONS|INIT_CWD)/.test(name),
  );
  const path = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !/node_modules[\\/]\.bin|node-gyp-bin/.test(folder));
  return { ...Object.fromEntries(kept), PATH: [nodeFolder, ...path].join(delimiter), NO_PROXY: '127.0.0.1' };
}

/** Runs npm with that folder's Node; answers what was printed, and rejects unless it succeeds. */
function npm(cwd, parameters, nodeFolder = dirname(process.execPath)) {
  return new Promise((succeed, fail) => {
    const child = spawn('npm', parameters, { cwd, env: environment(nodeFolder), detached: true });
    let stdout = '';
    let all = '';
    child.stdout.on('data', (text) => ((stdout += text), (all += text)));
    child.stderr.on('data', (text) => (all += text));
    const late = setTimeout(() => {
      all += `\nIt did not end in ${PATIENCE} ms.`;
      process.kill(-child.pid, 'SIGKILL');
    }, PATIENCE);
    child.once('error', fail);
    child.once('close', (code, signal) => {
      clearTimeout(late);
      if (code === 0) succeed(stdout);
      else fail(new Error(`npm ${parameters.join(' ')}: ${code ?? signal}\n${all}`));
    });
  });
}

/** Runs and reports a step; `false` where it failed. */
async function step(name, run) {
  const start = performance.now();
  try {
    await run();
    console.log(`ok ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
    return true;
  } catch (error) {
    failed = true;
    console.log(`not ok ${name}\n${String(error.stack).replaceAll(/^/gm, '    ')}`);
    return false;
  }
}

/** Builds and packs a copy, so that neither `dist` nor who works in it is disturbed. */
async function pack() {
  const copy = join(work, 'package');
  const files = readdirSync(ROOT, { withFileTypes: true }).filter((entry) => entry.isFile());
  for (const name of ['lib', ...files.map((file) => file.name)]) {
    cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  await npm(copy, ['pack', '--pack-destination', work]);
  const [packed] = readdirSync(work).filter((name) => name.endsWith('.tgz'));
  cpSync(join(work, packed), join(work, TARBALL));
}

/** The running Node and the others that can be had, each as the folder that holds it. */
async function nodes() {
  const found = [{ version: process.versions.node, folder: dirname(process.execPath) }];
  for (const version of OTHER_NODES) {
    if (version.split('.')[0] === process.versions.node.split('.')[0]) continue;
    const home = join(work, `node-${version}`);
    cpSync(join(HERE, 'empty.package.json'), join(home, 'package.json'));
    try {
      await npm(home, [...INSTALL, '--no-save', `node@${version}`]);
      found.push({ version, folder: join(home, 'node_modules/node/bin') });
    } catch (error) {
      console.log(`!!! NODE ${version} COULD NOT BE INSTALLED: NOTHING IS RUN WITH IT !!!\n    ${error.message}`);
    }
  }
  return found;
}
