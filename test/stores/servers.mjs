import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** A server in a process of its own. */
export interface ServerProcess {
  /** Such as `http://127.0.0.1:41563`. */
  readonly origin: string;
  stop(): Promise<void>;
}

const STARTS_WITHIN = 25_000;

/** Starts a server that chooses its port and prints its URL. */
export async function startServer(
  command: string,
  parameters: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<ServerProcess> {
  const child = spawn(command, parameters, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const origin = await originOf(child, command);
  return {
    origin,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function originOf(child: ChildProcess, command: string): Promise<string> {
  let printed = '';
  return new Promise((resolve, reject) => {
    const fail = (why: string) => {
      child.kill('SIGKILL');
      reject(new Error(`${command} ${why}: ${printed}`));
    };
    const late = setTimeout(() => fail('printed no URL'), STARTS_WITHIN);
    child.once('error', reject);
    child.once('exit', () => fail('ended'));
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (text: Buffer) => {
        printed = (printed + text.toString()).slice(-10_000);
        const url = /(?:Running on|listens on) (http:\/\/127\.0\.0\.1:\d+)/.exec(printed)?.[1];
        if (url === undefined) return;
        clearTimeout(late);
        child.removeAllListeners('exit');
        resolve(url);
      });
    }
  });
}
