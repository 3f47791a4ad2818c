import { ConfigModule } from '@nestjs/config';
import { Test, type TestingModule } from '@nestjs/testing';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type BetfairSession,
  BetfairSessionModule,
  type BetfairSessionOptions,
  getSessionServiceToken,
  getSessionStorageToken,
  MemoryStorage,
  SESSION_STORAGE,
  SessionService,
} from 'nestjs-betfair-session';
import { betfairSessionConfig, betfairSessionConfigFor } from 'nestjs-betfair-session/config';
import { BetfairSimulator } from 'nestjs-betfair-session/testing';
import { RecordingLogger } from '../support/application.js';
import { ACCOUNTS, type Desk, startDesk } from './desk.js';

let simulator: BetfairSimulator;
let module: TestingModule | undefined;

beforeEach(async () => {
  simulator = await BetfairSimulator.start({ accounts: [...ACCOUNTS] });
});

afterEach(async () => {
  await module?.close();
  module = undefined;
  expect(simulator.banned()).toBe(false);
  await simulator.stop();
});

async function start(directory: string): Promise<Desk> {
  const started = await startDesk(simulator, directory);
  module = started.module;
  return started.desk;
}

describe('several accounts in one application', () => {
  it('have tokens of their own for service and store, and the default account keeps the class', async () => {
    const desk = await start(await mkdtemp(join(tmpdir(), 'accounts-')));
    expect(module?.get(SessionService)).toBe(desk.alice);
    expect(module?.get(getSessionServiceToken('bruno'))).toBe(desk.bruno);
    expect(new Set([desk.alice, desk.bruno, desk.carla]).size).toBe(3);
    expect(module?.get(getSessionStorageToken('bruno'))).not.toBe(module?.get(SESSION_STORAGE));
  });

  it('resume their own sessions after a restart', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'accounts-'));
    const first = await start(directory);
    const tokens = await Promise.all(
      [first.alice, first.bruno, first.carla].map(async (s) => (await s.getSession()).token),
    );
    await module?.close();
    const second = await start(directory);
    const resumed = await Promise.all(
      [second.alice, second.bruno, second.carla].map(async (s) => (await s.getSession()).token),
    );
    expect(resumed).toEqual(tokens);
    expect(simulator.counts).toMatchObject({ logins: 3, keepAlives: 3 });
  });
});

/** The session of an application with one account. */
async function openSession(options: BetfairSessionOptions): Promise<BetfairSession> {
  module = await Test.createTestingModule({ imports: [BetfairSessionModule.forRoot(options)] })
    .setLogger(new RecordingLogger())
    .compile();
  await module.init();
  return module.get(SessionService).getSession();
}

it('a changed user name leaves the token of the former account untouched and unsent', async () => {
  const storage = new MemoryStorage();
  const open = (username: string) => openSession({ ...simulator.options(username), storage });
  const alice = await open('alice');
  await module?.close();
  const before = simulator.requests.length;
  const bruno = await open('bruno');
  expect(bruno.token).not.toBe(alice.token);
  expect(JSON.stringify(simulator.requests.slice(before))).not.toContain(alice.token);
  await module?.close();
  expect((await open('alice')).token).toBe(alice.token);
  expect(simulator.counts.logins).toBe(2);
});

it('a session key chosen by hand is refused to another account, whose requests never carry the token', async () => {
  const storage = new MemoryStorage();
  const open = (username: string) =>
    openSession({ ...simulator.options(username), storage, sessionKey: 'session.token' });
  const alice = await open('alice');
  await module?.close();
  const before = simulator.requests.length;
  await expect(open('bruno')).rejects.toMatchObject({
    code: 'BETFAIR_CONFIGURATION',
    message: expect.stringContaining('belongs to another Betfair account'),
  });
  expect(simulator.requests.length).toBe(before);
  await module?.close();
  expect((await open('alice')).token).toBe(alice.token);
  expect(simulator.counts.logins).toBe(1);
});

describe('the options of @nestjs/config', () => {
  const variables = {
    BETFAIR_USERNAME: 'alice',
    BETFAIR_PASSWORD: 'a',
    BETFAIR_APP_KEY: 'k',
    BETFAIR_LOGIN: 'interactive',
    BETFAIR_STORAGE: 'mem://',
    BETFAIR_MY_SECOND_USERNAME: 'bruno',
    BETFAIR_MY_SECOND_PASSWORD: 'b',
    BETFAIR_MY_SECOND_APP_KEY: 'l',
    BETFAIR_MY_SECOND_LOGIN: 'interactive',
    BETFAIR_MY_SECOND_STORAGE: 'mem://',
    BETFAIR_MY_SECOND_JURISDICTION: 'italy',
  };

  afterEach(() => {
    for (const name of Object.keys(variables)) delete process.env[name];
  });

  it('are the whole set-up, for the default account and for named ones', async () => {
    Object.assign(process.env, variables);
    module = await Test.createTestingModule({
      imports: [
        ConfigModule.forRoot({ ignoreEnvFile: true }),
        BetfairSessionModule.forRootAsync(betfairSessionConfig.asProvider()),
        BetfairSessionModule.forRootAsync({
          name: 'my-second',
          ...betfairSessionConfigFor('my-second').asProvider(),
        }),
      ],
    })
      .setLogger(new RecordingLogger())
      .compile();
    await module.init();
    expect(module.get(SessionService).status).toEqual({ state: 'empty', persisted: false });
    expect(module.get(getSessionServiceToken('my-second')).status.state).toBe('empty');
    expect(betfairSessionConfigFor('my-second')()).toMatchObject({
      username: 'bruno',
      jurisdiction: 'italy',
    });
  });

  it('name every variable that is missing, at start-up', async () => {
    const building = Test.createTestingModule({
      imports: [
        ConfigModule.forRoot({ ignoreEnvFile: true }),
        BetfairSessionModule.forRootAsync(betfairSessionConfig.asProvider()),
      ],
    })
      .setLogger(new RecordingLogger())
      .compile();
    await expect(building).rejects.toThrow(
      /BETFAIR_USERNAME[^]*BETFAIR_PASSWORD[^]*BETFAIR_APP_KEY[^]*BETFAIR_CERT_FILE/,
    );
  });
});
