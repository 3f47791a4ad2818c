import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type Agent, get as request, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { json } from 'node:stream/consumers';
import { FileStorage } from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { type LoginRecord, parseLoginRecord } from '../../../../lib/login/lease/lease.record.js';

const CHILD = resolve('test/e2e/session/support/shutdown-child.mjs');

export interface ChildSettings {
  /** Further options of the account. */
  readonly options?: { readonly keepAlive?: boolean };
  /** When the store begins to hang. */
  readonly hangs?: 'always' | 'after the lease was taken';
  /** Names of further accounts. */
  readonly others?: readonly string[];
  /** @default 'hooks' */
  readonly onSignal?: 'hooks' | 'close twice' | 'first hook only';
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

/** An application in a process of its own. */
export interface Application {
  readonly get: (path: string, agent?: Agent | false) => Promise<Reply>;
  readonly child: ChildProcess;
  /** Resolves with the time of its end. */
  readonly exited: Promise<number>;
}

/** Accounts at a simulated Betfair, a store in files, and processes that share both. */
export class ShutdownBench {
  readonly #children: ChildProcess[] = [];

  private constructor(
    readonly simulator: BetfairSimulator,
    readonly directory: string,
  ) {}

  static async open(): Promise<ShutdownBench> {
    const simulator = await BetfairSimulator.start({
      accounts: ['first', 'second', 'third'].map((username) => ({ username })),
    });
    return new ShutdownBench(simulator, await mkdtemp(join(tmpdir(), 'shutdown-')));
  }

  async start({ options, hangs, others = [], onSignal = 'hooks' }: ChildSettings = {}) {
    const { directory, simulator } = this;
    const accounts = [
      { ...simulator.options(), sessionKey: 'first.token', ...options },
      ...others.map((name) => ({
        ...simulator.options(name),
        sessionKey: `${name}.token`,
        name,
        ...options,
      })),
    ];
    const settings = { accounts, store: { directory, hangs }, onSignal };
    const child = spawn(process.execPath, [CHILD], {
      env: { ...process.env, NO_PROXY: '127.0.0.1', SHUTDOWN_CHILD: JSON.stringify(settings) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#children.push(child);
    const exited = once(child, 'exit').then(() => performance.now());
    let errors = '';
    child.stderr.on('data', (chunk) => (errors += String(chunk)));
    const [line] = await Promise.race([
      once(createInterface({ input: child.stdout }), 'line'),
      exited.then(() => ['']),
    ]);
    const url = /http:\S+/.exec(String(line))?.[0];
    if (url === undefined) throw new Error(`The application did not start: ${errors}`);
    const get = async (path: string, agent: Agent | false = false): Promise<Reply> => {
      // Without an agent the client closes its connection, for which Node's server would wait seconds after its answer.
      const [response]: IncomingMessage[] = await once(
        request(`${url}/${path}`, { agent }),
        'response',
      );
      if (response === undefined) throw new Error('There is no answer.');
      const body: unknown = await json(response);
      return { status: response.statusCode ?? 0, body };
    };
    return { get, child, exited } satisfies Application;
  }

  /** Who holds the lease; `null`: nobody. */
  async holder(account = 'first'): Promise<LoginRecord['holder']> {
    const stored = await new FileStorage(this).read(`${account}.token.lease`);
    return parseLoginRecord(stored?.value ?? '').holder;
  }

  async close(): Promise<void> {
    for (const child of this.#children) {
      const isRunning = child.exitCode === null && child.signalCode === null;
      if (isRunning && child.kill('SIGKILL')) await once(child, 'exit');
    }
    await this.simulator.stop();
    await rm(this.directory, { recursive: true });
  }
}
