import { Test } from '@nestjs/testing';
import { jest } from '@jest/globals';
import { BetfairSessionModule, SessionService } from 'nestjs-betfair-session';
import { BetfairSimulator, createTestSession } from 'nestjs-betfair-session/testing';
import { lastValueFrom } from 'rxjs';
import { StreamClient } from '../../sample/stream/stream.client.js';
import { streamMessages } from '../../sample/stream/stream.connection.js';
import { errorOf, expectNoSecret, secretsOf } from '../identity/support/secrets.js';
import { RecordingLogger } from '../support/application.js';
import { until } from '../support/betting.js';
import { startOddStream } from './support/odd-stream.js';
import { type RunningSample, startSample, streamAddress } from './support/sample-application.js';

let simulator: BetfairSimulator;
let sample: RunningSample | undefined;
let logger: RecordingLogger;

beforeEach(async () => {
  simulator = await BetfairSimulator.start();
  logger = new RecordingLogger();
});

afterEach(async () => {
  await sample?.close();
  sample = undefined;
  await simulator.stop();
});

/** The sample with its stream; `refreshes` are the sessions that the stream had replaced. */
async function start() {
  const started = await startSample(simulator.options(), {
    stream: streamAddress(simulator),
    logger,
  });
  sample = started;
  const sessions = started.app.get(SessionService);
  const refresh = jest.spyOn(sessions, 'refresh');
  const stream = started.app.get(StreamClient);
  return { ...started, sessions, stream, refreshes: refresh.mock.calls };
}

/** Waits until that many connections were authenticated, of which the last is there alone. */
async function authenticated(times: number): Promise<void> {
  const { stream } = simulator;
  await until(() => stream.counts.authentications === times && stream.counts.open === 1);
}

/** Logged lines of the stream with `text` in them. */
function logged(text: string): number {
  return logger.lines.filter(
    (line) => line.at(-1) === 'StreamClient' && String(line).includes(text),
  ).length;
}

/** How much keeps the process alive. */
function alive(): number {
  return process.getActiveResourcesInfo().filter((resource) => /TLS|Timeout/.test(resource)).length;
}

describe('the stream client', () => {
  it('connects with the session of the application, and says so at GET /stream', async () => {
    const { get, stream } = await start();
    await authenticated(1);
    await until(() => stream.status.connected);
    expect(await (await get('/stream')).json()).toEqual({
      connected: true,
      connectionId: expect.stringMatching(/^101-\d+-1$/),
    });
    expect((await get('/markets')).status).toBe(200);
    expect(simulator.counts).toMatchObject({ logins: 1, loginAttempts: 1 });
    expect(logged('is authenticated')).toBe(1);
  });

  it('replaces a session that ended by exactly one login, once for that session', async () => {
    const { sessions, refreshes, stream } = await start();
    await authenticated(1);
    const ended = sessions.current;
    simulator.endSessions();
    await authenticated(2);
    await until(() => stream.status.connected);
    expect(refreshes.map(([session]) => session)).toEqual([ended]);
    expect(simulator.counts).toMatchObject({ logins: 2, loginAttempts: 2 });
    expect(sessions.current?.token).toBe(simulator.liveTokens().at(-1));
  });

  it('moves to the session that another caller brought, without a word of its own', async () => {
    const { get, sessions } = await start();
    await authenticated(1);
    expect((await get('/markets')).status).toBe(200);
    const old = sessions.current?.token;
    simulator.rejectCalls(({ headers }) => headers['x-authentication'] === old);
    expect((await get('/markets')).status).toBe(200);
    await authenticated(2);
    expect(logged('has ended')).toBe(0);
    expect(simulator.counts).toMatchObject({ logins: 2, loginAttempts: 2 });
  });

  it('connects again after the network failed, without login or keepAlive', async () => {
    const { get, refreshes, stream } = await start();
    await authenticated(1);
    await until(() => stream.status.connected);
    simulator.stream.cut();
    await until(() => !stream.status.connected);
    expect(await (await get('/stream')).json()).toEqual({ connected: false });
    await authenticated(2);
    expect(refreshes).toEqual([]);
    expect(simulator.counts).toMatchObject({ logins: 1, loginAttempts: 1, keepAlives: 0 });
    expect(logged('Connecting again in')).toBe(1);
  });

  it('takes no other refusal for the end of the session', async () => {
    simulator.stream.fail('NOT_AUTHORIZED');
    const { refreshes } = await start();
    await authenticated(1);
    expect(refreshes).toEqual([]);
    expect(simulator.counts.loginAttempts).toBe(1);
    expect(logged('The stream said NOT_AUTHORIZED. Connecting again in')).toBe(1);
  });

  it('connects once a session can be had', async () => {
    simulator.fail('certLogin', { status: 503 });
    await start();
    await authenticated(1);
    expect(simulator.counts.logins).toBe(1);
  });

  it('shares one login with another client of the account', async () => {
    const module = await Test.createTestingModule({
      imports: [BetfairSessionModule.forRoot(simulator.options())],
      providers: ['first', 'second'].map((provide) => ({
        provide,
        inject: [SessionService],
        useFactory: (sessions: SessionService) =>
          new StreamClient(sessions, streamAddress(simulator)),
      })),
    })
      .setLogger(logger)
      .compile();
    await module.init();
    await until(() => simulator.stream.counts.authentications === 2);
    simulator.endSessions();
    await until(() => simulator.stream.counts.authentications === 4);
    expect(simulator.counts).toMatchObject({ logins: 2, loginAttempts: 2 });
    expect(logged('has ended')).toBeGreaterThan(0);
    await module.close();
    await until(() => simulator.stream.counts.open === 0);
  });
});

describe('closing the application', () => {
  it.each([
    ['while it is connected', () => simulator.stream.counts.open === 1, () => {}],
    [
      'while it waits to connect again',
      () => logged('Connecting again in') === 1,
      () => simulator.stream.cut(),
    ],
  ])('%s leaves no connection and no timer', async (_name, reached, disturb) => {
    const before = alive();
    const { close } = await start();
    await authenticated(1);
    disturb();
    await until(reached);
    await close();
    await until(() => simulator.stream.counts.open === 0 && alive() <= before);
    expect(simulator.stream.counts).toMatchObject({ connections: 1, open: 0 });
    expect(simulator.counts.logouts).toBe(0);
  });
});

describe('secrets', () => {
  it('are in no log, though the stream quotes them', async () => {
    await start();
    await authenticated(1);
    simulator.endSessions();
    await authenticated(2);
    simulator.stream.cut();
    await authenticated(3);
    const tokens = simulator.requests.flatMap(({ headers }) => headers['x-authentication'] ?? []);
    expectNoSecret(
      logger.lines,
      secretsOf(simulator.options(), [...tokens, ...simulator.liveTokens()]),
    );
  });

  it.each([
    ['words', (quoted: string) => `Sorry: ${quoted}\r\n`],
    ['half a message', (quoted: string) => `{"op":"status","errorMessage":"${quoted}\r\n`],
    [
      'a code that is none',
      (quoted: string) =>
        `${JSON.stringify({ op: 'status', errorCode: quoted, connectionClosed: true })}\r\n`,
    ],
  ])('are in no error where the stream quotes them in %s', async (_name, say) => {
    const session = createTestSession({ token: 'canary-token', applicationKey: 'canary-key' });
    const { token, applicationKey } = session;
    const odd = await startOddStream((socket) => {
      socket.write('{"op":"connection","connectionId":"1"}\r\n');
      socket.once('data', () => socket.write(say(`${token} ${applicationKey}`)));
    });
    const error = await errorOf(lastValueFrom(streamMessages(odd.connection, session)));
    await odd.close();
    expect(error).toMatchObject({ message: expect.stringMatching(/^The stream s/) });
    expectNoSecret(error, [token, applicationKey]);
  });
});
