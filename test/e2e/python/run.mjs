// Uses the stand-alone simulator from Python, with its standard library alone: `npm run test:python`, after a build.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const MAIN = resolve(import.meta.dirname, '../../../dist/esm/cli/main.js');
const READY = 'Ctrl-C stops it.';
const CHECKS_WITHIN_MS = 120_000;
const STARTS_OR_STOPS_WITHIN_MS = 20_000;
/** Neither packages that are installed nor variables of the user, and no bytecode beside the source. */
const STANDARD_LIBRARY_ALONE = ['-I', '-S', '-B'];

const isUsable = 'import ssl, sys; sys.exit(sys.version_info < (3, 8))';
if (spawnSync('python3', ['-c', isUsable], { stdio: 'ignore' }).status !== 0) {
  console.log(
    '!!! NOT RUN: the simulator from Python, because python3 of 3.8 or newer is not on this machine. To have it: apt-get install python3 !!!',
  );
} else if (!existsSync(MAIN)) {
  console.log('First: npm run build');
  process.exitCode = 1;
} else {
  await main();
}

async function main() {
  const work = mkdtempSync(join(tmpdir(), 'python-'));
  const folder = join(work, 'simulated-betfair');
  const temporary = join(work, 'tmp');
  mkdirSync(temporary);
  const simulator = startSimulator(folder, { TMPDIR: temporary });
  try {
    await simulator.ready;
    const files = readdirSync(folder).toSorted();
    const args = [...STANDARD_LIBRARY_ALONE, import.meta.dirname, folder];
    const limit = { stdio: 'inherit', timeout: CHECKS_WITHIN_MS };
    const { status, signal } = spawnSync('python3', args, limit);
    if (status !== 0) fail(`the Python program ended with ${status ?? signal}`);
    const ports = portsIn(readFileSync(join(folder, '.env'), 'utf8'));

    const { code, stderr } = await simulator.stop();
    check('SIGTERM ends the simulator with exit code 0', [code, stderr], [0, '']);
    const answers = await Promise.all(ports.map(connectionTo));
    check('its ports are closed', answers, Array(3).fill('ECONNREFUSED'));
    check('it left no other file in its folder', readdirSync(folder).toSorted(), files);
    check('it left no temporary file', readdirSync(temporary), []);
  } catch (error) {
    fail(`the simulator\n${error.stack}`);
  } finally {
    simulator.kill();
    rmSync(work, { recursive: true });
  }
}

/** The command, on free ports, and as a user without an account has it. */
function startSimulator(folder, variables) {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('BETFAIR_'));
  const child = spawn(process.execPath, [MAIN, 'simulator', '--port', '0', '--dir', folder], {
    env: { ...Object.fromEntries(inherited), ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const closed = once(child, 'close').then(([code]) => ({ code, stderr }));
  const isReady = new Promise((succeed) => {
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
      if (stdout.includes(READY)) succeed();
    });
  });
  const ended = closed.then(() => Promise.reject(new Error(`It ended: ${stderr}`)));
  return {
    ready: inTime(Promise.race([isReady, ended])),
    stop() {
      child.kill('SIGTERM');
      return inTime(closed);
    },
    kill: () => child.kill('SIGKILL'),
  };
}

function inTime(promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(reject, STARTS_OR_STOPS_WITHIN_MS, new Error('It took too long.'));
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Of the API, of certificate logins and of the Stream API. */
function portsIn(env) {
  const found = [...env.matchAll(/^BETFAIR_ENDPOINT_\w+='.*:(\d+)\b.*'$/gm)];
  return [...new Set(found.map(([, port]) => Number(port)))];
}

/** The code by which a connection fails, or `connected`. */
async function connectionTo(port) {
  const socket = connect({ host: '127.0.0.1', port });
  try {
    await once(socket, 'connect');
    return 'connected';
  } catch ({ code }) {
    return code;
  } finally {
    socket.destroy();
  }
}

function check(name, actual, expected) {
  try {
    assert.deepEqual(actual, expected);
    console.log(`ok python: ${name}`);
  } catch ({ message }) {
    fail(`${name}\n${message}`);
  }
}

function fail(what) {
  process.exitCode = 1;
  console.log(`not ok python: ${what.replaceAll('\n', '\n    ')}`);
}
