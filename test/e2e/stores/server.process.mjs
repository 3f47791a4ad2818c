// Servers in processes of their own, which can hang, end and start again.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';

const STARTS_WITHIN_MS = 30_000;

/**
 * @typedef {object} Settings
 * @property {string} cwd
 * @property {RegExp} ready matches what it prints once it serves
 * @property {NodeJS.Signals} [endsBy] ends it at once, as a crash does; default SIGKILL
 * @property {number} [uid]
 * @property {number} [gid]
 */

export class ServerProcess {
  /** Output of all its starts. */
  printed = '';
  #command;
  #parameters;
  #settings;
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #child;
  #isHung = false;

  /**
   * @param {string} command
   * @param {readonly string[]} parameters
   * @param {Settings} settings
   */
  constructor(command, parameters, settings) {
    this.#command = command;
    this.#parameters = parameters;
    this.#settings = settings;
  }

  /**
   * Starts a server, and waits until it serves.
   *
   * @param {string} command
   * @param {readonly string[]} parameters
   * @param {Settings} settings
   */
  static async start(command, parameters, settings) {
    const server = new ServerProcess(command, parameters, settings);
    await server.#start();
    return server;
  }

  async #start() {
    const { cwd, ready, uid, gid } = this.#settings;
    const child = spawn(this.#command, this.#parameters, {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(uid !== undefined && { uid }),
      ...(gid !== undefined && { gid }),
    });
    this.#child = child;
    const before = this.printed.length;
    await new Promise((resolve, reject) => {
      const fail = () =>
        reject(new Error(`${this.#command} did not start: ${this.printed.slice(before)}`));
      const late = setTimeout(() => child.kill('SIGKILL'), STARTS_WITHIN_MS);
      child.once('error', reject);
      child.once('exit', fail);
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (/** @type {Buffer} */ text) => {
          this.printed += text.toString();
          if (!ready.test(this.printed.slice(before))) return;
          clearTimeout(late);
          child.off('exit', fail);
          resolve(undefined);
        });
      }
    });
  }

  /** Stops it half-way, and the processes that it started: connections stand, and nothing is answered any more. */
  hang() {
    const pid = this.#pid;
    // First, so that it starts no other and takes leave of none.
    process.kill(pid, 'SIGSTOP');
    for (const child of childrenOf(pid)) process.kill(child, 'SIGSTOP');
    this.#isHung = true;
  }

  /** Ends it at once: connections are cut, and new ones are refused. */
  async stop() {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    if (this.#isHung) this.#resume();
    const ended = once(child, 'exit');
    child.kill(this.#settings.endsBy ?? 'SIGKILL');
    await ended;
  }

  /** Lets it go on after {@link hang}, or starts it again after {@link stop}. */
  async recover() {
    if (this.#isHung) this.#resume();
    else await this.#start();
  }

  #resume() {
    const pid = this.#pid;
    for (const one of [...childrenOf(pid), pid]) process.kill(one, 'SIGCONT');
    this.#isHung = false;
  }

  get #pid() {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error(`${this.#command} does not run.`);
    return pid;
  }
}

/** @param {number} pid */
function childrenOf(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children.split(' ').filter(Boolean).map(Number);
}
