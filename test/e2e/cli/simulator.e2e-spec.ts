import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { parse } from 'dotenv';
import { betfairSessionOptionsFromEnv } from 'nestjs-betfair-session';
import { closeApplications, createSessions } from '../../support/application.js';
import { send } from '../../testing/simulator/wire.js';
import {
  cleanUp,
  emptyFolder,
  run,
  type RunningSimulator,
  startSimulator,
} from './support/command.js';

const ROOT = process.cwd();
const hasCurl = spawnSync('curl', ['--version']).status === 0;
if (!hasCurl) console.warn('The printed curl lines are not run: curl is not installed.');
const itWithCurl = hasCurl ? it : it.skip;

/** An application with nothing but the `.env`. */
const APPLICATION = `
  import 'reflect-metadata';
  import { NestFactory } from '@nestjs/core';
  import { BetfairSessionModule, betfairSessionOptionsFromEnv, SessionService } from 'nestjs-betfair-session';
  const session = BetfairSessionModule.forRoot(betfairSessionOptionsFromEnv());
  const app = await NestFactory.createApplicationContext(session, { logger: ['error'] });
  const sports = await app.get(SessionService).call('SportsAPING/v1.0/listEventTypes');
  console.log(JSON.stringify(sports.map(({ eventType }) => eventType.name)));
  await app.close();`;

describe('the simulator that stands alone', () => {
  let simulator: RunningSimulator;

  beforeAll(async () => {
    simulator = await startSimulator(await emptyFolder());
  });

  afterEach(async () => {
    await closeApplications();
    await post('/clear-faults');
  });

  afterAll(cleanUp);

  const get = (path: string, headers: Record<string, string> = {}) =>
    send(simulator.ca, `${simulator.control}${path}`, { method: 'GET', headers });
  const post = (path: string, headers: Record<string, string> = {}, body = '') =>
    send(simulator.ca, `${simulator.control}${path}`, { headers, body });
  const fail = (plan: unknown, headers: Record<string, string> = {}) =>
    post(
      '/fail',
      { 'content-type': 'application/json', ...headers },
      typeof plan === 'string' ? plan : JSON.stringify(plan),
    );
  const counts = async () => (await get('/counts')).json();
  const open = async () => {
    const env = parse(await readFile(join(simulator.folder, '.env')));
    return createSessions({ ...betfairSessionOptionsFromEnv(env), storage: 'mem://' });
  };

  it('leaves files that only their owner reads, and that Git does not see', async () => {
    expect((await readdir(simulator.folder)).toSorted()).toEqual([
      '..simulator.json.versions',
      '.env',
      '.gitignore',
      '.simulator.json',
      'ca.crt',
      'client.crt',
      'client.key',
      'server.crt',
      'server.key',
    ]);
    expect((await stat(simulator.folder)).mode & 0o777).toBe(0o700);
    for (const name of await readdir(simulator.folder)) {
      const found = await stat(join(simulator.folder, name));
      expect(found.mode & 0o777).toBe(found.isDirectory() ? 0o700 : 0o600);
    }
    expect(await readFile(join(simulator.folder, '.gitignore'), 'utf8')).toBe('*\n');
  });

  it('prints its addresses, in 80 columns without colours', () => {
    const { stdout, stderr } = simulator.printed;
    const [url, certLogin, stream] = [
      simulator.valueOf('ENDPOINT_API'),
      new URL(simulator.valueOf('ENDPOINT_CERT_LOGIN')).origin,
      simulator.valueOf('ENDPOINT_STREAM'),
    ];
    expect(stdout).toContain(`  API, login, keepAlive, logout  ${url}\n`);
    expect(stdout).toContain(`  Certificate login              ${certLogin}\n`);
    expect(stdout).toContain(`  Stream API                     ${stream}\n`);
    expect(stdout).toContain('  Certificates, keys and .env    ./simulated-betfair\n');
    expect(stdout).toMatch(/^[\n\x20-\x7e]+$/);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(stderr).toBe('');
  });

  it('writes an .env that Node, dotenv and a shell read alike', async () => {
    const file = join(simulator.folder, '.env');
    const print =
      "console.log(JSON.stringify(Object.entries(process.env).filter(([name]) => name.startsWith('BETFAIR_'))))";
    const variablesIn = async (program: string, args: readonly string[]) => {
      const { stdout, stderr } = await run(program, args, simulator.folder).ended;
      expect(stderr).toBe('');
      return Object.fromEntries(JSON.parse(stdout));
    };
    const shell = 'set -a; . "$1"; exec "$2" -e "$3"';

    const byDotenv = parse(await readFile(file));
    const byNode = await variablesIn(process.execPath, [`--env-file=${file}`, '-e', print]);
    const byShell = await variablesIn('sh', ['-ec', shell, 'sh', file, process.execPath, print]);

    expect(Object.keys(byDotenv)).toEqual([
      'BETFAIR_USERNAME',
      'BETFAIR_PASSWORD',
      'BETFAIR_APP_KEY',
      'BETFAIR_CERT_FILE',
      'BETFAIR_KEY_FILE',
      'BETFAIR_CA_FILE',
      'BETFAIR_STORAGE',
      'BETFAIR_ENDPOINT_CERT_LOGIN',
      'BETFAIR_ENDPOINT_LOGIN',
      'BETFAIR_ENDPOINT_KEEP_ALIVE',
      'BETFAIR_ENDPOINT_LOGOUT',
      'BETFAIR_ENDPOINT_API',
      'BETFAIR_ENDPOINT_STREAM',
    ]);
    expect(byDotenv['BETFAIR_PASSWORD']).toMatch(/(?=.*&)(?=.*\+)(?=.*%)(?=.*=)(?=.* )/);
    expect(byNode).toEqual(byDotenv);
    expect(byShell).toEqual(byDotenv);
  });

  it('serves an application that has nothing but the .env', async () => {
    const env = join(simulator.folder, '.env');
    const args = [`--env-file=${env}`, '--input-type=module', '--eval', APPLICATION];
    // The package finds itself by its name from here only.
    const { code, stdout, stderr } = await run(process.execPath, args, ROOT).ended;
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toEqual(['Soccer', 'Horse Racing']);
    // Its session does not lie beside those of an account at Betfair.
    expect(await readdir(join(simulator.folder, 'session-data'))).not.toEqual([]);
  });

  it('serves the Stream API at the address in the .env', async () => {
    const [host = '', port] = simulator.valueOf('ENDPOINT_STREAM').split(':');
    const socket = connect({ host, port: Number(port), ca: simulator.ca });
    const [greeting] = await once(socket.setEncoding('utf8'), 'data');
    socket.destroy();
    expect(JSON.parse(String(greeting))).toMatchObject({ op: 'connection' });
  });

  itWithCurl('does what its printed lines say', async () => {
    const lines = simulator.printed.stdout.replace(/^[^]*^Or try it by hand:$/m, '');
    const script = lines
      .replaceAll(/^(?! {2})\S.*$/gm, '')
      .replaceAll('curl ', 'curl -s -w "\\n" ');
    const { stdout, stderr } = await run('sh', ['-ec', script], join(simulator.folder, '..')).ended;
    expect(stderr).toBe('');
    const answers = stdout
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(answers).toMatchObject([
      { loginStatus: 'SUCCESS' },
      { loginAttempts: expect.any(Number) },
      { ended: expect.any(Number) },
      { endpoint: 'keepAlive', fault: { status: 503 }, times: 2 },
      { cleared: true },
    ]);
  });

  describe('its control endpoint', () => {
    it('counts and ends sessions, and is not counted itself', async () => {
      await post('/end-sessions');
      const before = await counts();
      const { sessions } = await open();
      const first = await sessions.getSession();

      expect((await post('/end-sessions')).json()).toEqual({ ended: 1 });
      await sessions.call('SportsAPING/v1.0/listEventTypes');

      expect((await sessions.getSession()).token).not.toBe(first.token);
      const { logins, calls } = Object(before);
      expect(await counts()).toMatchObject({ logins: logins + 2, calls: calls + 2 });
    });

    it('plans faults, and clears them', async () => {
      const { sessions } = await open();
      await sessions.getSession();
      const keepAlive = () =>
        sessions.keepAlive().then(
          () => 'alive',
          ({ code }) => code,
        );

      const plan = { endpoint: 'keepAlive', fault: { reply: { error: 'X' }, status: 503 } };
      expect((await fail({ ...plan, times: 'always' })).json()).toEqual({
        endpoint: 'keepAlive',
        fault: { reply: { error: 'X' }, status: 503, headers: {} },
        times: 'always',
        processed: false,
      });
      expect(await keepAlive()).toBe('BETFAIR_IDENTITY_UNAVAILABLE');
      expect((await post('/clear-faults')).json()).toEqual({ cleared: true });
      expect(await keepAlive()).toBe('alive');
    });

    it.each([
      'hung',
      'hung-body',
      'reset',
      'html',
      'truncated',
      { slow: 5 },
      { status: 302 },
      { reply: 'text' },
      { reply: [], status: 418, headers: { 'x-one': 'a' } },
    ])('takes the fault %j', async (fault) => {
      expect(await fail({ endpoint: 'api', fault, times: 2, processed: true })).toMatchObject({
        status: 200,
      });
    });

    it.each([
      ['', 'The body is not JSON. It must be a JSON object with "endpoint" and "fault".'],
      ['{', 'The body is not JSON. It must be a JSON object'],
      [[], 'The body must be a JSON object'],
      [{ fault: 'hung' }, 'endpoint: must be one of certLogin, login, keepAlive, logout, api.'],
      [{ endpoint: 'constructor', fault: 'hung' }, 'endpoint: must be one of'],
      [
        { endpoint: 'api' },
        'fault: must be one of "hung", "hung-body", "reset", "html", "truncated"',
      ],
      [{ endpoint: 'api', fault: 'hang' }, 'fault: must be one of'],
      [{ endpoint: 'api', fault: 'toString' }, 'fault: must be one of'],
      [{ endpoint: 'api', fault: {} }, 'fault: must be one of'],
      [{ endpoint: 'api', fault: { slow: -1 } }, 'fault.slow: must be whole milliseconds'],
      [{ endpoint: 'api', fault: { slow: 3e9 } }, 'fault.slow: must be whole milliseconds'],
      [{ endpoint: 'api', fault: { slow: 1, x: 1 } }, 'fault.x: there is no such member'],
      [{ endpoint: 'api', fault: { status: 101 } }, 'fault.status: must be a status from 200'],
      [{ endpoint: 'api', fault: { status: '503' } }, 'fault.status: must be a status from 200'],
      [{ endpoint: 'api', fault: { reply: 5 } }, 'fault.reply: must be a text, an object'],
      [{ endpoint: 'api', fault: { reply: '', status: 0 } }, 'fault.status: must be a status'],
      [{ endpoint: 'api', fault: { reply: '', headers: { 'a b': '' } } }, 'fault.headers: must be'],
      [{ endpoint: 'api', fault: { reply: '', headers: { a: '\n' } } }, 'fault.headers: must be'],
      [{ endpoint: 'api', fault: { reply: '', headers: { a: 1 } } }, 'fault.headers: must be'],
      [{ endpoint: 'api', fault: { reply: '', headers: { Trailer: 'x' } } }, 'fault.headers: must'],
      [
        { endpoint: 'api', fault: { reply: '', headers: { 'Content-Length': '-5' } } },
        'fault.headers: must be',
      ],
      [{ endpoint: 'api', fault: 'hung', times: 0 }, 'times: must be a whole number of at least 1'],
      [{ endpoint: 'api', fault: 'hung', times: 'x' }, 'times: must be a whole number'],
      [{ endpoint: 'api', fault: 'hung', processed: 1 }, 'processed: must be true or false.'],
      [
        { endpoint: 'api', fault: 'hung', time: 2 },
        'time: there is no such member. The members are: end',
      ],
    ])('refuses the plan %j with HTTP 400', async (plan, error) => {
      const reply = await fail(plan);
      expect(reply.status).toBe(400);
      expect(reply.json()).toEqual({ errors: [expect.stringContaining(error)] });
    });

    it('names everything that is wrong with a plan at once', async () => {
      const reply = await fail({ endpoint: 'x', fault: 'y', times: 'z', processed: 'p', other: 1 });
      expect(Object(reply.json()).errors).toHaveLength(5);
    });

    it('takes no form for JSON', async () => {
      const reply = await fail(
        { endpoint: 'api', fault: 'hung' },
        { 'content-type': 'text/plain' },
      );
      expect([reply.status, reply.json()]).toEqual([
        400,
        { errors: [expect.stringContaining('Content-Type: application/json')] },
      ]);
    });

    it.each([
      ['GET', '/end-sessions', 405],
      ['POST', '/counts', 405],
      ['GET', '/', 404],
      ['POST', '/stop', 404],
    ])('answers %s %s with HTTP %d and what there is', async (method, path, status) => {
      const reply = await send(simulator.ca, `${simulator.control}${path}`, { method });
      expect(reply.status).toBe(status);
      expect(reply.json()).toEqual({ errors: [expect.stringMatching(/(GET|POST) \/simulator\//)] });
    });

    it('refuses pages of other origins', async () => {
      const { host, origin } = new URL(simulator.control);
      for (const foreign of ['https://example.com', 'null', `http://${host}`, `${origin}0`]) {
        expect((await post('/end-sessions', { origin: foreign })).status).toBe(403);
        expect((await get('/counts', { origin: foreign })).status).toBe(403);
      }
      expect((await get('/counts', { origin })).status).toBe(200);
    });

    it('refuses names that only lead here', async () => {
      const { hostname, port } = new URL(simulator.control);
      /** Clients that check the name of the server send none of these. */
      const statusFor = async (host: string) => {
        const socket = connect({ host: hostname, port: Number(port), ca: simulator.ca });
        socket.write(`GET /simulator/counts HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
        const [answer] = await once(socket.setEncoding('utf8'), 'data');
        socket.destroy();
        return String(answer).slice(9, 12);
      };
      for (const host of [
        'example.com',
        `example.com:${port}`,
        `127.0.0.1:${port}0`,
        '127.0.0.1',
      ]) {
        expect(await statusFor(host)).toBe('403');
      }
      expect(await statusFor(`localhost:${port}`)).toBe('200');
      expect(await statusFor(`LocalHost:${port}`)).toBe('200');
    });

    it('is on the host of the API only', async () => {
      const { origin } = new URL(simulator.valueOf('ENDPOINT_CERT_LOGIN'));
      const reply = await send(simulator.ca, `${origin}/simulator/counts`, { method: 'GET' });
      expect(reply.status).toBe(404);
    });
  });
});
