import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { jest } from '@jest/globals';
import { addressesOf } from '../../support/listening.js';

const MAIN = resolve('sample/dist/main.js');

// Whole processes, on machines that may be busy.
jest.setTimeout(60_000);

let directory: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'command-'));
});

afterEach(async () => {
  // Those of a failed test still run.
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.kill('SIGKILL')) await once(child, 'close');
  }
  await rm(directory, { recursive: true });
});

/** The built command in an empty folder, with no `BETFAIR_*` variable but those given. */
function startCommand(variables: Record<string, string> = {}) {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('BETFAIR_'));
  const child = spawn(process.execPath, [MAIN], {
    cwd: directory,
    env: {
      ...Object.fromEntries(inherited),
      NO_COLOR: '1',
      PORT: '0',
      NO_PROXY: '127.0.0.1',
      ...variables,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let output = '';
  const exited = once(child, 'close');
  const ready = new Promise<void>((finish) => {
    const listen = (chunk: unknown) => {
      output += String(chunk);
      if (output.includes('Ctrl-C stops it.')) finish();
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    child.on('close', () => finish());
  });
  return {
    ready,
    output: () => output,
    stop: async (signal: 'SIGINT' | 'SIGTERM') => {
      child.kill(signal);
      await exited;
      return child.exitCode;
    },
    exitCode: async () => {
      await exited;
      return child.exitCode;
    },
  };
}

/** What a printed curl line does; read, not run, because a fresh machine may have no curl. */
async function follow(line: string): Promise<string> {
  const parts = /^curl (?:-X (\w+) )?(\S+)(?: -H '(\S+): (\S+)' -d '(.+)')?$/.exec(line);
  const [, method = 'GET', url = '', header, value, body] = parts ?? [];
  const answer = await fetch(url, {
    method,
    ...(header && value && body && { headers: { [header]: value }, body }),
  });
  return answer.text();
}

function namesIn(answer = ''): string[] {
  return answer.match(/"name":"[^"]+"/g) ?? [];
}

it.each(['SIGINT', 'SIGTERM'] as const)(
  'needs no account, does what its curl lines say, and ends with exit code 0 on %s',
  async (signal) => {
    const command = startCommand();
    await command.ready;
    expect(command.output()).toContain('This is the SIMULATOR, not Betfair');
    const lines = command.output().match(/^curl .*$/gm) ?? [];
    const answers: string[] = [];
    for (const line of lines) answers.push(await follow(line));
    const [markets, ended, again, counts, order, health, stream] = answers;
    expect(markets).toContain('Under 2.5 Goals');
    expect(ended).toBe('{"ended":1}');
    // Prices may have moved.
    expect(namesIn(again)).toEqual(namesIn(markets));
    // Call or stream, one of them is the first to hear that the session ended; the job may make a call of its own.
    expect(counts).toMatch(
      /^\{"logins":2,"loginAttempts":2,"keepAlives":0,"logouts":0,"calls":[4-7]\}$/,
    );
    expect(order).toContain('"status":"SUCCESS"');
    expect(health).toContain('"state":"ready"');
    expect(stream).toContain('"state":"subscribed"');
    // A page that is open does not hold the end.
    const [, page = ''] = /^Open (\S+) in a browser/m.exec(command.output()) ?? [];
    expect(await (await fetch(page)).text()).toContain('<title>Betfair session</title>');
    const events = await fetch(`${page}events`);
    expect(await command.stop(signal)).toBe(0);
    expect(await events.text()).toContain('event: status');
    const served =
      /^.*\[BetfairStream\] (The \w+ of the Stream API is served) \(connection 101-\d+-1\)\.$/m;
    const documented = await readFile('docs/sample.md', 'utf8');
    expect(served.exec(documented)?.[1]).toBe(served.exec(command.output())?.[1] ?? 'not logged');
    expect(command.output()).not.toMatch(/error/i);
  },
);

it('listens on 127.0.0.1 only', async () => {
  const command = startCommand();
  await command.ready;
  const url = /http:\/\/\S+(?=\/markets)/.exec(command.output())?.[0] ?? '';
  expect(await addressesOf(Number(new URL(url).port))).toEqual(['127.0.0.1']);
  expect(await command.stop('SIGTERM')).toBe(0);
});

it('starts again where a token of an earlier simulator is stored', async () => {
  for (const keepAlives of [0, 1]) {
    const command = startCommand();
    await command.ready;
    const url = /http:\/\/\S+(?=\/markets)/.exec(command.output())?.[0];
    expect((await fetch(`${url}/markets`)).status).toBe(200);
    const counts = await fetch(`${url}/simulator/counts`);
    expect(await counts.json()).toMatchObject({ logins: 1, keepAlives });
    expect(await command.stop('SIGTERM')).toBe(0);
  }
});

it('names what is missing where the environment describes half an account', async () => {
  const command = startCommand({ BETFAIR_USERNAME: 'someone', BETFAIR_PASSWORD: '' });
  expect(await command.exitCode()).toBe(1);
  expect(command.output()).toContain('BETFAIR_PASSWORD: set this environment variable.');
  expect(command.output()).toContain('BETFAIR_APP_KEY: set this environment variable.');
  expect(command.output()).toContain('BETFAIR_CERT_FILE');
  expect(command.output()).not.toContain('SIMULATOR');
});
