import { transformFile } from '@swc/core';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { WriteCondition } from '../../../../lib/storage/contract/session-storage.interface.js';

/** What a worker does; see file-worker.mjs. */
export type Job =
  | { readonly name: 'open' | 'watch'; readonly errors?: Readonly<Record<string, string>> }
  | { readonly name: 'race' }
  | { readonly name: 'count'; readonly id: string }
  | {
      readonly name: 'replace';
      /** The probability, before each call of the file system, that the worker stops itself. */
      readonly sleepiness: number;
    }
  | {
      readonly name: 'change';
      /** The new value; left out, the object is deleted. */
      readonly value?: string | undefined;
      /** Signals that the worker sends itself just before its n-th call of the file system (the first is 1). */
      readonly signals?: Readonly<Record<number, 'SIGSTOP' | 'SIGKILL'>>;
      /** Methods that open files do not have. */
      readonly missing?: readonly string[];
    };

/** One write of a race. */
export interface RaceOrder {
  readonly key: string;
  readonly value: string;
  readonly condition: WriteCondition;
}

export interface Report {
  readonly result?: 'done' | 'conflict' | 'error';
  readonly calls?: readonly string[];
  readonly version?: string;
  readonly code?: string;
  readonly message?: string;
  readonly violation?: string;
  readonly id?: string;
  readonly count?: number;
  readonly reads?: number;
  /** The worker is about to stop itself. */
  readonly sleeps?: boolean;
  /** The version that a write replaced, and the one that it made. */
  readonly replaced?: string;
  readonly made?: string;
}

/** A process of its own that uses `FileStorage`. */
export class Worker {
  readonly ended: Promise<unknown>;
  /** The newest report. */
  last: Report = {};
  readonly #lines: Interface;

  constructor(
    readonly child: ChildProcess,
    onReport: (report: Report) => void,
  ) {
    if (child.stdout === null) throw new Error('A worker reports on its standard output.');
    this.#lines = createInterface({ input: child.stdout });
    this.#lines.on('line', (line) => {
      this.last = JSON.parse(line);
      onReport(this.last);
    });
    this.ended = Promise.all([once(child, 'exit'), once(this.#lines, 'close')]);
  }

  /** Waits until the process has stopped itself. `false` if it came to its end instead. */
  async stopped(): Promise<boolean> {
    const deadline = performance.now() + 20_000;
    while (performance.now() < deadline) {
      if (this.child.exitCode !== null || this.child.signalCode !== null) return false;
      const status = await readFile(`/proc/${this.child.pid}/status`, 'utf8').catch(() => '');
      if (/^State:\s+T/m.test(status)) return true;
      await delay(2);
    }
    const status = await readFile(`/proc/${this.child.pid}/status`, 'utf8').catch(String);
    throw new Error(`The worker did not stop: ${JSON.stringify(this.last)}\n${status}`);
  }

  async report(): Promise<Report> {
    await once(this.#lines, 'line');
    return this.last;
  }

  /** Tells a racer to write; resolves with how that ended. */
  write(order: RaceOrder): Promise<Report> {
    const reported = this.report();
    this.child.send(order);
    return reported;
  }

  async resume(): Promise<Report> {
    this.child.kill('SIGCONT');
    await this.ended;
    return this.last;
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }
}

/** The library compiled into a temporary folder, and the workers that run it. */
export class Workers {
  readonly #running = new Set<Worker>();

  private constructor(readonly build: string) {}

  static async build(): Promise<Workers> {
    const build = await mkdtemp(join(tmpdir(), 'file-storage-build-'));
    // A worker may run as another user.
    await chmod(build, 0o755);
    await writeFile(join(build, 'package.json'), '{"type":"module"}');
    await copyFile(resolve('test/e2e/storage/support/file-worker.mjs'), join(build, 'worker.mjs'));
    // Nest is there for its log only, and takes long to load.
    const nest = join(build, 'node_modules/@nestjs/common');
    await mkdir(nest, { recursive: true });
    await writeFile(join(nest, 'index.js'), 'exports.Logger = class { warn() {} };');
    const folders = ['common', 'common/settings', 'errors', 'storage/contract', 'storage/file'];
    for (const folder of folders) {
      await mkdir(join(build, folder), { recursive: true });
      for (const file of await readdir(join('lib', folder))) {
        if (!file.endsWith('.ts')) continue;
        const { code } = await transformFile(join('lib', folder, file), {
          jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
          module: { type: 'es6' },
        });
        await writeFile(join(build, folder, file.replace(/ts$/, 'js')), code);
      }
    }
    return new Workers(build);
  }

  start(
    directory: string,
    job: Job,
    {
      key = 'session.token',
      user,
      onReport = () => {},
    }: { key?: string; user?: number; onReport?: (report: Report) => void } = {},
  ): Worker {
    const parameters = JSON.stringify({ build: this.build, directory, key, job });
    const child = spawn(process.execPath, [join(this.build, 'worker.mjs'), parameters], {
      cwd: this.build,
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      ...(user === undefined ? {} : { uid: user, gid: user }),
    });
    const worker = new Worker(child, onReport);
    this.#running.add(worker);
    void worker.ended.then(() => this.#running.delete(worker));
    return worker;
  }

  /** Runs a worker to its end. */
  async run(...parameters: Parameters<Workers['start']>): Promise<Report> {
    const worker = this.start(...parameters);
    await worker.ended;
    return worker.last;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running].map((worker) => worker.kill()));
    await rm(this.build, { recursive: true });
  }
}
