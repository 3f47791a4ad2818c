import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { FileStorage } from 'nestjs-betfair-session';
import { BetfairSimulator, type SimulatorEndpoint } from 'nestjs-betfair-session/testing';

// Whole processes, on machines that may be busy.
jest.setTimeout(60_000);

const CHILD = resolve('test/e2e/session/support/stopped-child.mjs');
const KEY = 'stopped.token';
const REQUEST_TIMEOUT_MS = 1_000;
/** Past the end of a request; and past the ends of the login and the renewal around it as well. */
const STOPS_MS = [1_500, 7_500];

let simulator: BetfairSimulator;
let directory: string;
let child: ChildProcess;
let lines: Interface;
/** Stands between the process and the login of Betfair. */
let relay: Server;
/** Called when the process connects for a login. */
let connected: () => void;

beforeEach(async () => {
  simulator = await BetfairSimulator.start();
  directory = await mkdtemp(join(tmpdir(), 'stopped-'));
  const given = simulator.options();
  connected = () => undefined;
  const certLogin = new URL(given.endpoints.certLogin);
  certLogin.port = String(await startRelay(Number(certLogin.port)));
  const options = {
    ...given,
    endpoints: { ...given.endpoints, certLogin: certLogin.href },
    storage: `file://${directory}`,
    sessionKey: KEY,
    requestTimeout: REQUEST_TIMEOUT_MS,
    renewalTimeout: REQUEST_TIMEOUT_MS + 5_000,
  };
  child = spawn(process.execPath, [CHILD], {
    env: { ...process.env, NO_PROXY: '127.0.0.1', STOPPED_CHILD: JSON.stringify(options) },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  if (child.stdout === null) throw new Error('The process has no output.');
  lines = createInterface({ input: child.stdout });
  expect(await answer()).toEqual({ done: 'start' });
});

afterEach(async () => {
  const exited = once(child, 'exit');
  child.stdin?.end();
  await exited;
  relay.close();
  await simulator.stop();
  await rm(directory, { recursive: true });
});

/** Passes connections on to `target`, and tells of each; resolves with its port. */
async function startRelay(target: number): Promise<number> {
  relay = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    near.on('error', () => far.destroy()).pipe(far);
    far.on('error', () => near.destroy()).pipe(near);
    connected();
  });
  await once(relay.listen(0, '127.0.0.1'), 'listening');
  const address: AddressInfo | string | null = relay.address();
  return typeof address === 'object' && address ? address.port : 0;
}

async function answer(): Promise<unknown> {
  const [line] = await once(lines, 'line');
  return JSON.parse(String(line));
}

function ask(method: 'getSession' | 'keepAlive'): Promise<unknown> {
  const answered = answer();
  child.stdin?.write(`${method}\n`);
  return answered;
}

/** Stops the process once its request has arrived, for `ms` in which the answer comes. */
async function stopWhile(endpoint: SimulatorEndpoint, ms: number): Promise<void> {
  const arrived = () => simulator.requests.some((request) => request.endpoint === endpoint);
  while (!arrived()) await delay(5);
  child.kill('SIGSTOP');
  await delay(ms);
  child.kill('SIGCONT');
}

describe.each(STOPS_MS)('a process that is stopped for %p ms while Betfair answers', (ms) => {
  it('takes the session of its login, and stores it', async () => {
    simulator.fail('certLogin', { slow: 300 });
    const asked = ask('getSession');
    await stopWhile('certLogin', ms);
    expect(await asked).toEqual({ done: 'getSession' });
    expect(simulator.counts).toMatchObject({ logins: 1, loginAttempts: 1, logouts: 0 });
    const stored = await new FileStorage({ directory }).read(KEY);
    expect(simulator.liveTokens()).toEqual([stored?.value]);
  });

  it('takes the answer to a keepAlive', async () => {
    expect(await ask('getSession')).toEqual({ done: 'getSession' });
    simulator.fail('keepAlive', { slow: 300 });
    const asked = ask('keepAlive');
    await stopWhile('keepAlive', ms);
    expect(await asked).toEqual({ done: 'keepAlive' });
    expect(simulator.counts).toMatchObject({ logins: 1, keepAlives: 1 });
  });
});

it('a process that was stopped while it connected for a login sends none after its lease', async () => {
  const stopped = new Promise<void>((done) => {
    connected = () => {
      child.kill('SIGSTOP');
      done();
    };
  });
  const asked = ask('getSession');
  await stopped;
  // Later than a login may be made under a lease of 6 s.
  await delay(4_500);
  child.kill('SIGCONT');
  expect(await asked).toMatchObject({
    failed: 'getSession',
    code: 'BETFAIR_IDENTITY_UNAVAILABLE',
  });
  expect(simulator.counts.loginAttempts).toBe(0);
});

it('a process that was stopped still ends a login without an answer', async () => {
  simulator.fail('certLogin', 'hung');
  const asked = ask('getSession');
  await stopWhile('certLogin', 1_500);
  const from = performance.now();
  expect(await asked).toMatchObject({
    failed: 'getSession',
    code: 'BETFAIR_IDENTITY_UNAVAILABLE',
  });
  expect(performance.now() - from).toBeLessThan(3_000);
});
