import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { BetfairSessionOptions } from 'nestjs-betfair-session';

const CHILD = resolve('test/e2e/session/support/shutdown-child.mjs');
/** As a container has it: process 1 of its own tree. The shell makes the root read-only, and becomes the application. */
const UNSHARE = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
const READ_ONLY = 'mount --bind / / && mount -o remount,ro,bind /';
const VOLUME = 'mount --bind "$VOLUME" "$VOLUME" && mount -o remount,rw,bind "$VOLUME"';

/** Says why no container can be made here; `undefined` if one can. */
export function missingContainer(): string | undefined {
  const { status, stderr, error } = spawnSync('unshare', [...UNSHARE, 'sh', '-c', READ_ONLY], {
    encoding: 'utf8',
  });
  return status === 0 ? undefined : (error?.message ?? stderr.trim());
}

/** An application whose root is read-only but for one volume, as process 1. */
export class Container {
  private constructor(
    private readonly outer: ChildProcess,
    readonly url: string | undefined,
    private readonly printed: () => string,
    private readonly exited: Promise<number | null>,
  ) {}

  /** Starts it, and waits until it listens or has ended. */
  static async start(
    options: BetfairSessionOptions,
    { volume, directory }: { readonly volume: string; readonly directory: string },
  ): Promise<Container> {
    const settings = { accounts: [options], store: { directory }, onSignal: 'hooks' };
    const become = `${READ_ONLY} && ${VOLUME} && exec "$@"`;
    const outer = spawn(
      'unshare',
      [...UNSHARE, 'sh', '-c', become, 'sh', process.execPath, CHILD],
      {
        // No home, no terminal, no language.
        env: { VOLUME: volume, NO_PROXY: '127.0.0.1', SHUTDOWN_CHILD: JSON.stringify(settings) },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let errors = '';
    outer.stderr.on('data', (chunk) => (errors += String(chunk)));
    const exited = once(outer, 'exit').then(([code]: (number | null)[]) => code ?? null);
    const [line] = await Promise.race([
      once(createInterface({ input: outer.stdout }), 'line'),
      exited.then(() => ['']),
    ]);
    return new Container(outer, /http:\S+/.exec(String(line))?.[0], () => errors, exited);
  }

  /** Asks the application for something. */
  async get(path: string): Promise<unknown> {
    const response = await fetch(`${this.url}/${path}`, { headers: { connection: 'close' } });
    return response.json();
  }

  /** What it printed as an error, once it has ended by itself. */
  async failure(): Promise<string> {
    await this.exited;
    return this.printed();
  }

  /** Sends a signal from outside, as `docker stop` and `docker kill` do; returns the exit code. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    const { pid = 0 } = this.outer;
    const inner = Number(await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8'));
    if (inner > 0) process.kill(inner, signal);
    return this.exited;
  }

  /** Ends whatever still runs. */
  async remove(): Promise<void> {
    if (this.outer.exitCode !== null || this.outer.signalCode !== null) return;
    this.outer.kill('SIGKILL');
    await this.exited;
  }
}
