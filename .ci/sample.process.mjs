// The sample in a process of its own, as a user starts it.
import { spawn } from 'node:child_process';

/** Milliseconds; npm builds first. */
const STARTS_WITHIN_MS = 120_000;
const STOPS_WITHIN_MS = 10_000;

/** Starts it with what BETFAIR_STORAGE says, on a free port, without an account. */
export function startSample([command, ...parameters], { storage, cwd }) {
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('BETFAIR_')),
  );
  const child = spawn(command, parameters, {
    cwd,
    env: { ...environment, PORT: '0', BETFAIR_STORAGE: storage },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const sample = { output: '' };
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const listening = new Promise((resolve, reject) => {
    const giveUp = setTimeout(() => reject(new Error('No URL was printed.')), STARTS_WITHIN_MS);
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        sample.output += chunk;
        const found = /http:\/\/[^\s/]+:\d+/.exec(sample.output);
        if (found !== null) resolve(found[0]);
      });
    }
    void exited.then(() => reject(new Error('It stopped by itself.')));
    child.once('error', reject);
    void exited.finally(() => clearTimeout(giveUp));
  });
  listening.catch(() => {});
  const signal = (name) => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, name);
    } catch {
      // It has just ended by itself.
    }
  };

  return Object.assign(sample, {
    exited,
    /** What it answers, which must be a success. */
    async ask(path, method = 'GET') {
      const response = await fetch(`${await listening}${path}`, { method });
      if (response.status !== 200) throw new Error(`${path} answered ${response.status}.`);
      return response.json();
    },
    /** Ctrl-C; its exit code, or `late`. */
    async stop() {
      signal('SIGINT');
      return Promise.race([
        exited,
        new Promise((resolve) => setTimeout(resolve, STOPS_WITHIN_MS, 'late').unref()),
      ]);
    },
    kill: () => signal('SIGKILL'),
  });
}
