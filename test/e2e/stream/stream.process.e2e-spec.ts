import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function start(...args: readonly string[]) {
  const file = resolve('test/e2e/stream/stream.process.mjs');
  const child = spawn(process.execPath, [file, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  let printed = '';
  child.stdout.on('data', (text) => (printed += String(text)));
  const ended = once(child, 'close').then(([code]: unknown[]) => code);
  return {
    child,
    ended,
    lines: () => printed.trim().split('\n'),
    /** Waits until that was printed so often; fails if the process ends before. */
    until: async (line: string, times = 1) => {
      while (printed.split('\n').filter((one) => one === line).length < times) {
        const next = await Promise.race([once(child.stdout, 'data'), ended]);
        if (!Array.isArray(next)) throw new Error(`It ended after printing:\n${printed}`);
      }
    },
  };
}

it('keeps a process alive that has nothing else to do, also between two connections', async () => {
  const { until } = start('unreachable');
  await until('waiting', 3);
});

it('works with a SessionService of the other module format, and ends with the application', async () => {
  const { child, until, ended, lines } = start();
  await until('subscribed');
  child.stdin?.write('end\n');
  await until('subscribed', 2);
  child.stdin?.write('close\n');
  expect(await ended).toBe(0);
  expect(lines()).toContain('completed');
  expect(lines().at(-1)).toBe('closed');
});
