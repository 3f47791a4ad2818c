import { execFileSync, spawn } from 'node:child_process';
import { delimiter, dirname } from 'node:path';

/** Folder of the Node that runs this. */
export const RUNNING_NODE = dirname(process.execPath);
/** Registry that npm uses, for the other package managers. */
const REGISTRY = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim();
const running = new Set();
/** Milliseconds until a command that does not end by itself is killed. */
const PATIENCE = 180_000;
const NOT_OF_A_USER =
  /^(npm_(package|lifecycle|config_local_prefix)|BETFAIR_|NODE_OPTIONS$|INIT_CWD$)/;

/**
 * Runs npm in a folder, with the Node of another.
 *
 * @returns what it printed, by stream; rejects with it unless the exit code is 0
 */
export function npm(cwd, parameters, node = RUNNING_NODE) {
  return new Promise((succeed, fail) => {
    const child = spawn('npm', parameters, { cwd, env: environment(node), detached: true });
    running.add(child);
    const printed = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr']) {
      child[stream].on('data', (text) => {
        printed[stream] += text;
      });
    }
    let ending = '';
    const late = setTimeout(() => {
      ending = ` (killed: it did not end in ${PATIENCE / 1000} s)`;
      end(child);
    }, PATIENCE);
    child.once('error', fail);
    child.once('close', (code) => {
      clearTimeout(late);
      running.delete(child);
      if (code === 0) return succeed(printed);
      const command = `npm ${parameters.join(' ')}`;
      fail(
        new Error(`${command}: exit code ${code}${ending}\n${printed.stdout}\n${printed.stderr}`),
      );
    });
  });
}

/** Ends a child that has a process group of its own, and all that it started. */
export function end(child, signal = 'SIGKILL') {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It has just ended.
  }
}

// Each runs in a process group of its own, which Ctrl-C does not reach.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
process.once('exit', () => running.forEach((child) => end(child)));

/** What a user's shell has: nothing of an `npm run` around this, no account, and loopback past any proxy. */
export function environment(node = RUNNING_NODE) {
  const kept = Object.entries(process.env).filter(([name]) => !NOT_OF_A_USER.test(name));
  const path = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !/node_modules[\\/]\.bin|node-gyp-bin/.test(folder));
  return {
    ...Object.fromEntries(kept),
    PATH: [node, ...path].join(delimiter),
    NO_PROXY: '127.0.0.1',
    PNPM_CONFIG_REGISTRY: REGISTRY,
    YARN_NPM_REGISTRY_SERVER: REGISTRY,
  };
}
