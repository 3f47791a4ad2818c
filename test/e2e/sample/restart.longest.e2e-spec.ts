import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { startSample } from './support/sample-application.js';

let simulator: BetfairSimulator;
let directory: string;

beforeEach(async () => {
  simulator = await BetfairSimulator.start();
  directory = await mkdtemp(join(tmpdir(), 'sample-'));
});

afterEach(async () => {
  await simulator.stop();
  await rm(directory, { recursive: true });
});

/** Starts the sample, asks it for the markets, and stops it. */
async function runOnce(): Promise<number> {
  const storage = `file:${directory}`;
  const sample = await startSample({ ...simulator.options(), storage });
  try {
    return (await sample.get('/markets')).status;
  } finally {
    await sample.close();
  }
}

async function storedToken(): Promise<string> {
  const names = await readdir(directory);
  const tokens = names.filter((name) => /^session-[0-9a-f]{16}\.token$/.test(name));
  expect(tokens).toHaveLength(1);
  return join(directory, String(tokens[0]));
}

/** What was sent as a session, and is not one that the simulator gave out. */
function foreignTokens(): string[] {
  const given = new Set(simulator.liveTokens());
  return simulator.requests
    .map(({ headers }) => headers['x-authentication'])
    .filter((token) => token !== undefined)
    .filter((token) => !given.has(token));
}

it('a restart resumes the session: still one login, and one keepAlive', async () => {
  expect(await runOnce()).toBe(200);
  expect(await runOnce()).toBe(200);
  expect(simulator.counts).toEqual({
    logins: 1,
    loginAttempts: 1,
    keepAlives: 1,
    logouts: 0,
    calls: 4,
  });
});

it('a session that ended meanwhile is replaced by one login', async () => {
  await runOnce();
  simulator.endSessions();
  expect(await runOnce()).toBe(200);
  expect(simulator.counts).toMatchObject({ logins: 2, keepAlives: 1, calls: 4 });
});

it('a deleted token is replaced by one login', async () => {
  await runOnce();
  await rm(await storedToken());
  expect(await runOnce()).toBe(200);
  expect(simulator.counts).toMatchObject({ logins: 2, loginAttempts: 2, keepAlives: 0, calls: 4 });
});

it.each([
  ['nothing', ''],
  ['blanks', '  \n'],
  ['words', 'not a session token'],
  ['two lines', 'first\nsecond\n'],
  ['bytes', Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))],
  ['far too much', 'A'.repeat(5_000)],
])('a token replaced by %s is never sent, and replaced by one login', async (_name, rubbish) => {
  await runOnce();
  const file = await storedToken();
  await writeFile(file, rubbish);
  expect(await runOnce()).toBe(200);
  expect(simulator.counts).toMatchObject({ logins: 2, loginAttempts: 2, keepAlives: 0, calls: 4 });
  expect(foreignTokens()).toEqual([]);
  expect(simulator.liveTokens()).toContain(await readFile(file, 'utf8'));
});

it('a text that could be a token is asked about once, then replaced by one login', async () => {
  await runOnce();
  const file = await storedToken();
  await writeFile(file, 'c29tZSBvdGhlciB0b2tlbg==');
  expect(await runOnce()).toBe(200);
  expect(simulator.counts).toMatchObject({ logins: 2, loginAttempts: 2, keepAlives: 1, calls: 4 });
  expect(foreignTokens()).toEqual(['c29tZSBvdGhlciB0b2tlbg==']);
});
