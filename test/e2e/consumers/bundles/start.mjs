// Starts a file alone in an empty folder, or a command in this one, with a simulator as Betfair and a `file:` store.
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';

const [started, ...parameters] = process.argv.slice(2);
const betfair = await BetfairSimulator.start();
const folder = await mkdtemp(join(tmpdir(), 'bundle-'));
try {
  const storage = pathToFileURL(join(folder, 'session-data')).href;
  const env = { ...process.env, OPTIONS: JSON.stringify({ ...betfair.options(), storage }) };
  const run = promisify(execFile);
  const isFile = parameters.length === 0;
  if (isFile) await copyFile(started, join(folder, basename(started)));
  const { stdout, stderr } = isFile
    ? await run(process.execPath, [basename(started)], { cwd: folder, env })
    : await run(started, parameters, { env });
  const printed = JSON.parse(stdout.trim().split('\n').at(-1));
  console.log(JSON.stringify({ ...printed, logins: betfair.counts.logins }));
  if (isFile) process.stderr.write(stderr);
} finally {
  await betfair.stop();
  await rm(folder, { recursive: true });
}
