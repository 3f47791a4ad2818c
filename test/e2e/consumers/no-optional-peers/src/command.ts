import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

// The command as npm installs it, in an empty folder, and a program that has nothing but what it writes.
const folder = await mkdtemp(join(tmpdir(), 'command-'));
const command = spawn(
  resolve('node_modules/.bin/nestjs-betfair-session'),
  ['simulator', '--port', '0'],
  { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] },
);
try {
  let printed = '';
  for await (const text of command.stdout) {
    printed += String(text);
    if (printed.includes('Ctrl-C stops it.')) break;
  }
  const env = join(folder, 'simulated-betfair/.env');
  const { stdout } = await promisify(execFile)(process.execPath, [
    `--env-file=${env}`,
    'dist/sports.js',
  ]);
  const closed = once(command, 'close');
  command.kill('SIGTERM');
  await closed;
  console.log(JSON.stringify({ sports: JSON.parse(stdout), exitCode: command.exitCode }));
} finally {
  command.kill('SIGKILL');
  await rm(folder, { recursive: true });
}
