import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { jest } from '@jest/globals';
import type { Persistence } from 'nestjs-betfair-session';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';

// Whole processes, on machines that may be busy.
jest.setTimeout(60_000);

const CHILD = resolve('test/e2e/session/support/unprivileged-child.mjs');
let simulator: BetfairSimulator;
let folder: string;
let directory: string;

beforeEach(async () => {
  simulator = await BetfairSimulator.start();
  folder = await mkdtemp(join(tmpdir(), 'unprivileged-'));
  directory = join(folder, 'read-only');
  await mkdir(directory);
  await chmod(folder, 0o755);
  await chmod(directory, 0o555);
});

afterEach(async () => {
  await simulator.stop();
  await chmod(directory, 0o755);
  await rm(folder, { recursive: true });
});

/** What an application says that may not write to the directory of its sessions. */
async function start(persistence: Persistence): Promise<unknown> {
  const options = { ...simulator.options(), storage: `file:${directory}`, persistence };
  const { stdout } = await promisify(execFile)(process.execPath, [CHILD], {
    env: { ...process.env, UNPRIVILEGED_CHILD: JSON.stringify(options) },
  });
  return JSON.parse(stdout);
}

describe('an application that may not write to the directory of its sessions', () => {
  it('does not start where the session must be kept', async () => {
    expect(await start('required')).toMatchObject({
      code: 'BETFAIR_STORAGE_DENIED',
      message: expect.stringContaining(`The session directory "${directory}" cannot be used`),
    });
    expect(simulator.requests).toEqual([]);
  });

  it('starts, says so and serves a session from memory where it need not be', async () => {
    expect(await start('best-effort')).toMatchObject({
      token: expect.any(String),
      status: { state: 'degraded', persisted: false },
      said: expect.arrayContaining([
        expect.stringMatching(/cannot be used .*\. The session is kept in memory only, until/),
      ]),
    });
    expect(simulator.counts.logins).toBe(1);
    expect(await readdir(directory)).toEqual([]);
  });
});
