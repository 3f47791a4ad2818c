import { spawnSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { parse } from 'dotenv';
import { betfairSessionOptionsFromEnv } from 'nestjs-betfair-session';
import { makeCertificate } from '../../identity/support/certificates.js';
import { closeApplications, createSessions } from '../../support/application.js';
import { quietPort, send } from '../../testing/simulator/wire.js';
import {
  cleanUp,
  emptyFolder,
  MAIN,
  run,
  runCommand,
  type RunningSimulator,
  startedSimulator,
  startSimulator,
} from './support/command.js';

const isLinux = process.platform === 'linux';
if (!isLinux) console.warn('No test lets a start hang: /proc is missing.');
const itOnLinux = isLinux ? it : it.skip;

let folder: string;

beforeEach(async () => {
  folder = await emptyFolder();
});

afterEach(cleanUp);

const start = (...args: readonly string[]) =>
  runCommand(['simulator', '--port', '0', ...args], folder).ended;
const filesOf = async (simulator: RunningSimulator) => {
  const names = (await readdir(simulator.folder)).filter((name) => /\.(crt|key)$/.test(name));
  const files: Record<string, string> = {};
  for (const name of names) files[name] = await readFile(join(simulator.folder, name), 'utf8');
  return files;
};
/** As if a simulator had written them. */
const hashesOf = (files: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(files).map(([name, text]) => [
      name,
      [createHash('sha256').update(text).digest('hex')],
    ]),
  );
const counts = async ({ ca, control }: RunningSimulator) =>
  (await send(ca, `${control}/counts`, { method: 'GET' })).json();
const logIn = ({ ca, valueOf }: RunningSimulator) =>
  send(ca, valueOf('ENDPOINT_LOGIN'), {
    headers: {
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      'x-application': valueOf('APP_KEY'),
    },
    body: new URLSearchParams({
      username: valueOf('USERNAME'),
      password: valueOf('PASSWORD'),
    }).toString(),
  });

describe('the simulator that stands alone', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'ends on %s with exit code 0 although requests hang, and leaves no other file',
    async (signal) => {
      const simulator = await startSimulator(folder, '--fail', 'login=hung');
      const { ca, valueOf } = simulator;
      const hung = logIn(simulator).catch(({ code }) => code);
      const { hostname, port } = new URL(valueOf('ENDPOINT_CERT_LOGIN'));
      const idle = connect({ host: hostname, port: Number(port), ca }).on('error', () => undefined);
      const stream = connect({
        host: hostname,
        port: Number(valueOf('ENDPOINT_STREAM').split(':')[1]),
        ca,
      });
      stream.on('error', () => undefined).resume();
      await Promise.all([once(idle, 'secureConnect'), once(stream, 'secureConnect')]);
      while (Object(await counts(simulator)).loginAttempts === 0) continue;

      const { code, stderr } = await simulator.stop(signal);

      expect([code, stderr]).toEqual([0, '']);
      expect(await hung).toBe('ECONNRESET');
      expect((await readdir(simulator.folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    },
  );

  it('ends at once on a second Ctrl-C', async () => {
    const signals = join(MAIN, '../terminal/stop.signal.js');
    const stuck = `
      import { stopSignal } from ${JSON.stringify(signals)};
      const stopped = stopSignal();
      console.log('started');
      setInterval(() => undefined, 1_000);
      await stopped;
      console.log('stopping');`;
    const { child, printed, ended } = run(
      process.execPath,
      ['--input-type=module', '-e', stuck],
      folder,
    );
    const until = async (text: string) => {
      while (!printed.stdout.includes(text)) await once(child.stdout, 'data');
    };
    await until('started');
    child.kill('SIGINT');
    await until('stopping');
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ signal: 'SIGINT' });
  });

  it('goes on when nobody reads what it prints', async () => {
    const { child, ended } = runCommand(['simulator', '--port', '0'], folder);
    child.stdout.destroy();
    const env = join(folder, 'simulated-betfair/.env');
    let text = '';
    while (text === '') text = await readFile(env, 'utf8').catch(() => '');
    const url = /ENDPOINT_API='(.+)'/.exec(text)?.[1];
    const ca = await readFile(join(folder, 'simulated-betfair/ca.crt'), 'utf8');
    const reply = await send(ca, `${url}/simulator/counts`, { method: 'GET' });
    expect(reply.status).toBe(200);
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
  });

  it('uses its certificates again at the next start, on the ports of then', async () => {
    const first = await startSimulator(folder);
    const files = await filesOf(first);
    await first.stop();
    const next = await startSimulator(folder);

    expect(await filesOf(next)).toEqual(files);
    expect(next.valueOf('ENDPOINT_API')).not.toBe(first.valueOf('ENDPOINT_API'));
    // The authority of the first start.
    expect((await logIn({ ...next, ca: first.ca })).json()).toMatchObject({ status: 'SUCCESS' });
  });

  it.each([
    ['have expired', async () => makeCertificate({ to: new Date(Date.now() + 3_600_000) })],
    [
      'do not fit their keys',
      async () => ({ ...(await makeCertificate()), key: (await makeCertificate()).key }),
    ],
    ['cannot be read', async () => ({ cert: 'none', key: 'none' })],
  ])('makes its certificates anew if they %s, but not those of somebody else', async (_, make) => {
    const first = await startSimulator(folder);
    await first.stop();
    const pair = await make();
    for (const name of ['client', 'server']) {
      await writeFile(join(first.folder, `${name}.crt`), pair.cert);
      await writeFile(join(first.folder, `${name}.key`), pair.key);
    }

    const { code, stderr } = await start();
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Error: Files were changed .*server\.crt, .*client\.key/);

    await rm(join(first.folder, '.env'));
    const note = join(first.folder, '.simulator.json');
    await writeFile(note, JSON.stringify({ written: hashesOf(await filesOf(first)) }));
    const renewed = await filesOf(await startSimulator(folder));
    for (const name of ['client', 'server']) {
      const certificate = new X509Certificate(renewed[`${name}.crt`] ?? '');
      expect(Date.parse(certificate.validTo)).toBeGreaterThan(Date.now() + 300 * 86_400_000);
    }
  });

  it('keeps nothing of the requests that it counts', async () => {
    const args = ['--heapsnapshot-signal=SIGUSR2', MAIN, 'simulator', '--port', '0'];
    const simulator = await startedSimulator(run(process.execPath, args, folder), folder);
    const { ca, valueOf } = simulator;
    const call = (trace: string) =>
      send(ca, `${valueOf('ENDPOINT_API')}/exchange/betting/json-rpc/v1?${trace}=path`, {
        headers: { 'x-application': `${trace}=header` },
        body: JSON.stringify(`${trace}=body`),
      });
    for (let time = 0; time < 20; time += 1) await call('remembered');
    // What Node itself holds of the last request on a connection is of this one.
    await call('last');

    simulator.child.kill('SIGUSR2');
    const snapshots = async () =>
      (await readdir(folder)).filter((name) => name.endsWith('.heapsnapshot'));
    while ((await snapshots()).length === 0) continue;
    // The snapshot is written before anything else is answered.
    expect(await counts(simulator)).toMatchObject({ calls: 21 });
    const heap = await readFile(join(folder, (await snapshots())[0] ?? ''), 'utf8');

    expect(heap).toContain('/simulator/');
    expect(heap.match(/remembered=(path|header|body)/g)).toBeNull();
  });

  it('ends sessions again and again', async () => {
    const simulator = await startSimulator(folder, '--end-sessions-every', '100ms');
    const { ca, valueOf } = simulator;
    for (let round = 0; round < 2; round += 1) {
      const { token } = Object((await logIn(simulator)).json());
      const keepAlive = async () => {
        const headers = { accept: 'application/json', 'x-authentication': token };
        return Object((await send(ca, valueOf('ENDPOINT_KEEP_ALIVE'), { headers })).json()).error;
      };
      while ((await keepAlive()) !== 'NO_SESSION') continue;
    }
    expect(await simulator.stop()).toMatchObject({ code: 0 });
  });

  it('fails as its options say', async () => {
    const simulator = await startSimulator(
      folder,
      '--fail',
      'login=503x2',
      '--fail=login=slow:1',
      '--fail',
      'login=htmlxalways',
    );
    const outcomes: string[] = [];
    for (let time = 0; time < 5; time += 1) {
      const { status, headers } = await logIn(simulator);
      outcomes.push(`${status} ${headers['content-type']}`);
    }
    expect(outcomes).toEqual([
      '503 text/html; charset=utf-8',
      '503 text/html; charset=utf-8',
      '200 application/json',
      '200 text/html; charset=utf-8',
      '200 text/html; charset=utf-8',
    ]);
  });

  it.each([0, 1, 2])('says what to do if port %d of its three is taken', async (offset) => {
    const port = quietPort();
    const taken = createServer().listen(port + offset, '127.0.0.1');
    await once(taken, 'listening');
    try {
      const { code, stdout, stderr } = await runCommand(['simulator', '--port', `${port}`], folder)
        .ended;
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toContain(`Error: Port ${port + offset} is in use by another program`);
      expect(stderr).toContain(`needs ${port}, ${port + 1} and ${port + 2}.`);
      expect(stderr).toContain('--port 0');
      expect(await readdir(folder)).toEqual([]);
    } finally {
      taken.close();
    }
  });

  it('listens on the port that is asked for and the two after it', async () => {
    const port = quietPort();
    const { valueOf } = await startSimulator(folder, '--port', `${port}`);
    expect(valueOf('ENDPOINT_API')).toBe(`https://127.0.0.1:${port}`);
    expect(valueOf('ENDPOINT_CERT_LOGIN')).toBe(`https://127.0.0.1:${port + 1}/api/certlogin`);
    expect(valueOf('ENDPOINT_STREAM')).toBe(`127.0.0.1:${port + 2}`);
  });
});

describe('the folder of the simulator', () => {
  it('is refused if it holds other files', async () => {
    await writeFile(join(folder, '.env'), 'MINE=1');
    const { code, stderr } = await start('--dir', '.');
    expect(code).toBe(1);
    expect(stderr).toBe(
      `Error: ${folder} holds files that no simulator wrote. Name a folder that is empty, new, or from an earlier start: --dir <folder>\n`,
    );
    expect(await readdir(folder)).toEqual(['.env']);
    expect(await readFile(join(folder, '.env'), 'utf8')).toBe('MINE=1');
  });

  it('may exist and be empty', async () => {
    await mkdir(join(folder, 'simulated-betfair'));
    await chmod(join(folder, 'simulated-betfair'), 0o755);
    const { valueOf } = await startSimulator(folder);
    expect(valueOf('USERNAME')).not.toBe('');
  });

  it('keeps an .env that somebody changed', async () => {
    const first = await startSimulator(folder);
    await first.stop();
    const env = join(first.folder, '.env');
    await writeFile(env, `${await readFile(env, 'utf8')}BETFAIR_STORAGE='mem://'\n`);

    const { code, stderr } = await start();

    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^Error: Files were changed .*\/\.env\. Move them away, or name another/,
    );
    expect(await readFile(env, 'utf8')).toContain("BETFAIR_STORAGE='mem://'");
  });

  it('is refused if a file is in the way', async () => {
    await writeFile(join(folder, 'file'), '');
    const { code, stderr } = await start('--dir', 'file');
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^Error: .*\/file cannot be used \(ENOTDIR\)\. Name another folder: --dir/,
    );
  });

  it.each(['client.key', '.env', '.simulator.json'])('is none with a pipe for %s', async (name) => {
    const first = await startSimulator(folder);
    await first.stop();
    await rm(join(first.folder, name));
    spawnSync('mkfifo', [join(first.folder, name)]);
    const { code, stderr } = await start();
    expect(code).toBe(1);
    expect(stderr).toContain(`Error: ${join(first.folder, name)} is not a regular file. Move it`);
  });

  it('is refused if its note was cut short', async () => {
    await mkdir(join(folder, 'cut'));
    await writeFile(join(folder, 'cut/.simulator.json'), '{ "writ');
    expect(await start('--dir', 'cut')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('/cut/.simulator.json cannot be read. If all files in'),
    });
  });

  itOnLinux('does not keep Ctrl-C from ending a start that hangs in it', async () => {
    // The system says again and again that the parent is missing, and Node creates it again and again.
    const args = ['simulator', '--port', '0', '--dir', '/proc/simulated'];
    const { child, ended } = runCommand(args, folder);
    const sockets = async () => {
      const open = `/proc/${child.pid}/fd`;
      const links = (await readdir(open)).map((fd) => readlink(join(open, fd)).catch(() => ''));
      return (await Promise.all(links)).filter((link) => link.startsWith('socket:')).length;
    };
    // Its two outputs, and the three on which it listens.
    while ((await sockets()) < 5) continue;
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ signal: 'SIGINT' });
  });

  it('holds the sessions of applications, under any name', async () => {
    const dir = 'my bots/100% é?#1';
    const command = runCommand(['simulator', '--port', '0', '--dir', dir], folder);
    const simulator = await startedSimulator(command, folder, dir);
    const env = parse(await readFile(join(simulator.folder, '.env')));
    const { sessions } = await createSessions({
      ...betfairSessionOptionsFromEnv(env),
      sessionKey: 'session.token',
    });
    const { token } = await sessions.getSession();
    await closeApplications();
    const stored = join(simulator.folder, 'session-data', 'session.token');
    expect(await readFile(stored, 'utf8')).toBe(token);
  });

  it('is quoted in the lines to try if its name has a blank', async () => {
    const { printed, ended, child } = runCommand(
      ['simulator', '--port', '0', '--dir', 'my bots/b'],
      folder,
    );
    while (!printed.stdout.includes('Ctrl-C')) await once(child.stdout, 'data');
    expect(printed.stdout).toContain(`\n  node --env-file='./my bots/b/.env' main.js\n`);
    expect(printed.stdout).toContain(`\n  . './my bots/b/.env'\n`);
    child.kill();
    expect(await ended).toMatchObject({ code: 0 });
  });
});
