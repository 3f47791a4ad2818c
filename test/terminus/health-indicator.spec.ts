import { Controller, Get, type INestApplication, Param } from '@nestjs/common';
import { HealthCheck, HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { Test } from '@nestjs/testing';
import {
  BetfairSessionModule,
  type BetfairSessionOptions,
  getSessionServiceToken,
  SessionService,
  SessionStorageError,
} from 'nestjs-betfair-session';
import { BetfairSessionHealthIndicator } from 'nestjs-betfair-session/terminus';
import {
  BetfairSimulator,
  mockSessionService,
  resetLoginBudget,
  SESSION_CLOCK,
} from 'nestjs-betfair-session/testing';
import { encrypt } from '../identity/support/certificates.js';
import { RecordingLogger } from '../support/application.js';
import { FaultyStorage } from '../support/faulty.storage.js';
import { keyLinesOf, PLANTED, searchFor } from '../support/planted.js';
import { VirtualClock } from '../support/virtual.clock.js';

const HOUR_MS = 3_600_000;

@Controller('health')
class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly betfair: BetfairSessionHealthIndicator,
  ) {}

  @Get()
  @HealthCheck()
  check() {
    return this.health.check([() => this.betfair.isHealthy('betfair')]);
  }

  @Get(':name')
  @HealthCheck()
  checkAccount(@Param('name') name: string) {
    return this.health.check([() => this.betfair.isHealthy(name, { name })]);
  }
}

let simulator: BetfairSimulator;
let storage: FaultyStorage;
let clock: VirtualClock;
let logger: RecordingLogger;
let app: INestApplication;

async function start(
  overrides: Partial<BetfairSessionOptions> = {},
  mock?: SessionService,
): Promise<SessionService> {
  const options: BetfairSessionOptions = Object.assign(
    { ...simulator.options(), storage },
    overrides,
  );
  const builder = Test.createTestingModule({
    imports: [
      TerminusModule.forRoot({ logger: false }),
      BetfairSessionModule.forRoot(options),
      BetfairSessionModule.forRoot({ ...simulator.options(), name: 'italy', storage: 'mem://' }),
    ],
    controllers: [HealthController],
    providers: [BetfairSessionHealthIndicator],
  })
    .overrideProvider(SESSION_CLOCK)
    .useValue(clock)
    .setLogger(logger);
  if (mock) builder.overrideProvider(SessionService).useValue(mock);
  const module = await builder.compile();
  app = module.createNestApplication();
  await app.listen(0, '127.0.0.1');
  return app.get(SessionService);
}

async function askHealth(path = ''): Promise<{ status: number; body: unknown; text: string }> {
  const answer = await fetch(`${await app.getUrl()}/health${path}`);
  const text = await answer.text();
  return { status: answer.status, body: JSON.parse(text), text };
}

beforeEach(async () => {
  simulator = await BetfairSimulator.start();
  storage = new FaultyStorage();
  clock = new VirtualClock();
  logger = new RecordingLogger();
});

afterEach(async () => {
  await app.close();
  await simulator.stop();
});

describe('GET /health of an application with terminus', () => {
  it('is up before anybody asked for a session, and asks nobody for it', async () => {
    await start();
    const { status, body } = await askHealth();
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'ok',
      details: { betfair: { status: 'up', state: 'empty', persisted: false } },
    });
    expect(simulator.requests).toEqual([]);
    expect(storage.counts).toEqual({ read: 0, write: 0, delete: 0 });
  });

  it('is up with a session, and says until when it is served', async () => {
    const sessions = await start();
    await sessions.getSession();
    const requests = simulator.requests.length;
    const { read } = storage.counts;
    const { status, body } = await askHealth();
    expect(status).toBe(200);
    const expiresAt = new Date(clock.wall() + 12 * HOUR_MS).toISOString();
    expect(body).toMatchObject({ status: 'ok' });
    expect(body).toHaveProperty('details', {
      betfair: { status: 'up', state: 'ready', persisted: true, expiresAt },
    });
    expect(simulator.requests).toHaveLength(requests);
    expect(storage.counts.read).toBe(read);
  });

  it('is degraded, which is no failure, with a session that is not stored', async () => {
    const sessions = await start({ persistence: 'best-effort' });
    storage.fail('write', new SessionStorageError('The store is down.', 'unavailable'), {
      times: Infinity,
    });
    await clock.until(sessions.getSession());
    const { status, body } = await askHealth();
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'degraded',
      details: {
        betfair: {
          status: 'degraded',
          state: 'degraded',
          persisted: false,
          code: 'BETFAIR_STORAGE_UNAVAILABLE',
          message: expect.stringContaining('The store is down.'),
        },
      },
    });
  });

  it('is down while a refused login keeps it from a session, and says what a person must do', async () => {
    simulator.account().loginCode = 'ACCOUNT_NOW_LOCKED';
    const sessions = await start();
    await expect(sessions.getSession()).rejects.toThrow('ACCOUNT_NOW_LOCKED');
    const { status, body } = await askHealth();
    expect(status).toBe(503);
    expect(body).toMatchObject({
      status: 'error',
      error: {
        betfair: {
          status: 'down',
          state: 'blocked',
          code: 'BETFAIR_LOGIN_REJECTED',
          loginCode: 'ACCOUNT_NOW_LOCKED',
          message: expect.stringMatching(/Unlock.*unblockLogin\(\)/s),
        },
      },
    });
  });

  it('is down during a ban, with the time of its end, and up again after it', async () => {
    const sessions = await start();
    simulator.fail('certLogin', { reply: { loginStatus: 'TEMPORARY_BAN_TOO_MANY_REQUESTS' } });
    await expect(sessions.getSession()).rejects.toThrow('TEMPORARY_BAN');
    const blockedUntil = new Date(clock.wall() + HOUR_MS / 3).toISOString();
    const during = await askHealth();
    expect(during.status).toBe(503);
    expect(during.body).toMatchObject({
      error: { betfair: { code: 'BETFAIR_LOGIN_BLOCKED', blockedUntil } },
    });
    await clock.advance(HOUR_MS / 3);
    resetLoginBudget(sessions);
    await sessions.getSession();
    const after = await askHealth();
    expect(after).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect(after.text).not.toMatch(/code|message/);
  });

  it('stays up while Betfair cannot be reached, and says why there is no session', async () => {
    const sessions = await start();
    simulator.fail('certLogin', { status: 503 }, { times: Infinity });
    await expect(clock.until(sessions.getSession())).rejects.toThrow();
    expect(await askHealth()).toMatchObject({
      status: 200,
      body: {
        details: {
          betfair: { status: 'up', state: 'empty', code: 'BETFAIR_IDENTITY_UNAVAILABLE' },
        },
      },
    });
  });

  it.each([['certificate'], ['interactive']] as const)(
    'holds no secret and no user name, whatever is wrong (%s)',
    async (login) => {
      const { applicationKey, passphrase, password, twoFactorCode } = PLANTED;
      const { username, certificate } = simulator.options();
      const key = encrypt(certificate.key, passphrase);
      Object.assign(simulator.account(), { applicationKey, password });
      if (login === 'interactive') simulator.account().twoFactorCode = twoFactorCode;
      const proof =
        login === 'interactive'
          ? { login, certificate: undefined, twoFactorCode: () => twoFactorCode }
          : { certificate: { cert: certificate.cert, key, passphrase } };
      const sessions = await start({
        ...proof,
        password,
        applicationKey,
        persistence: 'best-effort',
      });
      const texts = [(await askHealth()).text];
      const secrets = [...Object.values(PLANTED), username, key];
      const quoting = () => {
        throw new Error(
          `The store quotes ${[...secrets, ...simulator.liveTokens()].join(' of ')}.`,
        );
      };
      for (const operation of ['read', 'write'] as const) {
        storage.fail(operation, quoting, { times: Infinity });
      }
      const { token } = await clock.until(sessions.getSession());
      texts.push((await askHealth()).text);
      expect(texts[1]).toMatch(/"code":"BETFAIR_STORAGE_\w+"/);
      simulator.endSessions();
      // A code may hold a secret in capitals.
      const code = `BAD_${twoFactorCode}_${applicationKey.toUpperCase()}`;
      const reply = { loginStatus: code, status: 'FAIL', error: code };
      simulator.fail(login === 'interactive' ? 'login' : 'certLogin', { reply });
      await expect(clock.until(sessions.keepAlive())).rejects.toThrow();
      texts.push((await askHealth()).text);
      expect(texts[2]).toContain('UNDOCUMENTED_CODE');
      const keyLines = keyLinesOf(certificate.key, key);
      const secretsIn = searchFor([...Object.values(PLANTED), ...keyLines, token, username]);
      expect(secretsIn(texts.join('\n'))).toEqual([]);
    },
  );
});

describe('isHealthy(key, { name })', () => {
  it('checks the account of that name', async () => {
    await start();
    await app.get<SessionService>(getSessionServiceToken('italy')).getSession();
    expect(await askHealth('/italy')).toMatchObject({
      status: 200,
      body: { details: { italy: { state: 'ready' } } },
    });
    expect(await askHealth()).toMatchObject({ body: { details: { betfair: { state: 'empty' } } } });
  });

  it('refuses a name that is not registered, and names those that are', async () => {
    await start();
    const indicator = app.get(BetfairSessionHealthIndicator);
    await expect(indicator.isHealthy('betfair', { name: 'spain' })).rejects.toMatchObject({
      code: 'BETFAIR_CONFIGURATION',
      message: expect.stringMatching(/isHealthy\('betfair'\).*"spain".*default, italy/s),
    });
    expect((await askHealth('/spain')).status).toBe(500);
  });

  it('takes the mock that a test injects for the account', async () => {
    await start({}, mockSessionService());
    expect(await askHealth()).toMatchObject({
      status: 200,
      body: { details: { betfair: { status: 'up', state: 'ready' } } },
    });
  });
});
