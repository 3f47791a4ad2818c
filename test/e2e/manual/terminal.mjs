import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { end, environment } from '../consumers/npm.mjs';

/** Milliseconds that a command may take; npm installs in it. */
const LIMIT_MS = 240_000;
const running = new Set();

/** A shell of a newcomer, in a folder. Each block of a page is handed to `sh` as it is written there. */
export class Terminal {
  constructor(folder, variables = {}) {
    this.folder = folder;
    this.variables = variables;
  }

  /** Runs a block to its end; rejects with what it printed unless its exit code is 0. */
  async run(block) {
    const child = this.#start(block);
    const timer = setTimeout(() => stop(child), LIMIT_MS);
    const [code] = await once(child, 'close');
    clearTimeout(timer);
    if (code === 0) return child.printed;
    throw new Error(`exit code ${code} of\n${block}\n${child.printed}`);
  }

  /** Runs a block that does not end, until it prints `ready`. */
  async runUntil(block, ready) {
    const child = this.#start(block);
    const ended = once(child, 'close').then(([code]) => {
      throw new Error(`exit code ${code} of\n${block}\n${child.printed}`);
    });
    const late = setTimeout(() => stop(child), LIMIT_MS);
    while (!child.printed.includes(ready)) await Promise.race([once(child.stdout, 'data'), ended]);
    clearTimeout(late);
    ended.catch(() => undefined);
    return {
      printed: () => child.printed,
      async stop() {
        stop(child);
        await Promise.allSettled([ended]);
      },
    };
  }

  #start(block) {
    const child = spawn('sh', ['-ec', block], {
      cwd: this.folder,
      env: { ...environment(), ...this.variables },
      detached: true,
    });
    child.printed = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        child.printed += text;
      });
    }
    running.add(child);
    child.once('close', () => running.delete(child));
    return child;
  }
}

const stop = (child) => end(child, 'SIGTERM');

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
process.once('exit', () => running.forEach(stop));
