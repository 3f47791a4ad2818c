// Runs the main command of the README as a user does, and checks its answers.
import { spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

assert.match(readFileSync('README.md', 'utf8'), /npm ci && npm start/);

const folder = mkdtempSync(join(tmpdir(), 'sample-'));
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith('BETFAIR_')),
);
const sample = spawn('npm', ['start'], {
  env: { ...environment, PORT: '0', BETFAIR_STORAGE: `file://${folder}` },
  stdio: ['ignore', 'pipe', 'inherit'],
  detached: true,
});
const exited = new Promise((resolve) => sample.once('exit', resolve));
let output = '';
const url = await new Promise((resolve, reject) => {
  const giveUp = setTimeout(() => reject(new Error(`No URL was printed:\n${output}`)), 120_000);
  sample.stdout.on('data', (chunk) => {
    output += chunk;
    const found = /http:\/\/[^\s/]+:\d+/.exec(output);
    if (found === null) return;
    clearTimeout(giveUp);
    resolve(found[0]);
  });
  void exited.then(() => reject(new Error(`It stopped by itself:\n${output}`)));
});

const steps = {
  'GET /markets answers with markets': async () => {
    const response = await fetch(`${url}/markets`);
    assert.equal(response.status, 200);
    assert.ok((await response.json()).length > 0);
  },
  'one login was enough': async () => {
    const { logins } = await (await fetch(`${url}/simulator/counts`)).json();
    assert.equal(logins, 1);
  },
  'GET /markets answers after Betfair ended the session, with one login more': async () => {
    await fetch(`${url}/simulator/end-session`, { method: 'POST' });
    assert.equal((await fetch(`${url}/markets`)).status, 200);
    const { logins } = await (await fetch(`${url}/simulator/counts`)).json();
    assert.equal(logins, 2);
  },
  'Ctrl-C stops it cleanly': async () => {
    process.kill(-sample.pid, 'SIGINT');
    const code = await Promise.race([
      exited,
      new Promise((resolve) => setTimeout(resolve, 10_000, 'late')),
    ]);
    assert.ok(code === 0 || code === 130, `exit code ${code}`);
  },
};
let failed = false;
for (const [name, step] of Object.entries(steps)) {
  try {
    await step();
    console.log(`ok ${name}`);
  } catch (error) {
    failed = true;
    console.log(`not ok ${name}\n${error.stack}`);
  }
}
if (failed) {
  console.log(output);
  process.kill(-sample.pid, 'SIGKILL');
}
rmSync(folder, { recursive: true, force: true });
process.exitCode = failed ? 1 : 0;
