import { jest } from '@jest/globals';
import { Controller, Get, Logger, type LoggerService, UseFilters } from '@nestjs/common';
import { ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { Test } from '@nestjs/testing';
import {
  BetfairSessionError,
  BetfairSessionExceptionFilter,
  BetfairSessionModule,
  SessionService,
} from 'nestjs-betfair-session';
import { config } from 'rxjs';
import { SESSION_CLOCK } from '../../lib/injection-tokens.js';
import { closeAccounts, createAccount } from '../support/account.js';
import { RecordingLogger } from '../support/application.js';
import { VirtualClock } from '../support/virtual.clock.js';

const MINUTE = 60_000;

/** What would end the process. */
const uncaught: unknown[] = [];
const onRejection = (reason: unknown) => uncaught.push(reason);

beforeEach(() => {
  uncaught.length = 0;
  config.onUnhandledError = (error) => uncaught.push(error);
  process.on('unhandledRejection', onRejection);
});

afterEach(async () => {
  process.off('unhandledRejection', onRejection);
  await closeAccounts();
  config.onUnhandledError = null;
});

/** Lets what is reported later be reported. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

/** A logger of the application's own that fails with each line of this package. */
class FailingLogger implements LoggerService {
  readonly failed: unknown[] = [];
  readonly #fail = (...line: unknown[]) => {
    if (!String(line.at(-1)).startsWith('BetfairSession')) return;
    this.failed.push(line[0]);
    throw new Error('The disk of the log is full.');
  };
  log = this.#fail;
  warn = this.#fail;
  error = this.#fail;
  debug = this.#fail;
}

function failLogs(): FailingLogger {
  const logger = new FailingLogger();
  Logger.overrideLogger(logger);
  return logger;
}

describe('a logger that throws', () => {
  it('ends neither a login nor what else is done with a session', async () => {
    const clock = new VirtualClock();
    const { simulator, storage, start, key } = await createAccount({ clock });
    const { sessions } = await start({}, clock);
    const { failed } = failLogs();
    await storage.put(key, 'no token at all');
    const session = await clock.until(sessions.getSession());
    await sessions.keepAlive();
    // Betfair still takes it, of which the application is warned.
    expect(await clock.until(sessions.refresh(session))).toBe(session);
    simulator.fail('keepAlive', { status: 503 });
    await expect(sessions.keepAlive()).rejects.toMatchObject({
      code: 'BETFAIR_IDENTITY_UNAVAILABLE',
    });
    await clock.advance(MINUTE);
    simulator.endSessions();
    expect((await clock.until(sessions.refresh(session))).generation).toBe(2);
    await sessions.logout();
    await settled();
    expect(failed).toEqual([
      expect.stringContaining('holds no session token'),
      'Logged in to Betfair.',
      'Extended the Betfair session with keepAlive.',
      'Extended the Betfair session with keepAlive.',
      expect.stringContaining('refresh() ended with what looks like a refusal'),
      expect.stringContaining('says nothing about the session'),
      'Betfair rejected the session; renewing it.',
      'Logged in to Betfair.',
      'Logged out of Betfair.',
    ]);
    expect(uncaught).toEqual([]);
  });

  it('changes nothing about the refusal of a login', async () => {
    const { simulator, start } = await createAccount();
    const { sessions } = await start({ storage: 'mem://' });
    const { failed } = failLogs();
    simulator.account().loginCode = 'ACCOUNT_NOW_LOCKED';
    await expect(sessions.getSession()).rejects.toMatchObject({ code: 'BETFAIR_LOGIN_REJECTED' });
    await settled();
    expect(failed).toHaveLength(1);
    expect(uncaught).toEqual([]);
  });

  it('does not keep a request that failed from its answer', async () => {
    @Controller()
    @UseFilters(BetfairSessionExceptionFilter)
    class FailingController {
      @Get() fail() {
        throw new BetfairSessionError('A fault.', {
          code: 'BETFAIR_FOREIGN_URL',
          retryable: false,
        });
      }
    }
    const module = await Test.createTestingModule({ controllers: [FailingController] })
      .setLogger(new RecordingLogger())
      .compile();
    const app = module.createNestApplication();
    await app.listen(0, '127.0.0.1');
    const { failed } = failLogs();
    const response = await fetch(await app.getUrl(), { headers: { connection: 'close' } });
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({ code: 'BETFAIR_FOREIGN_URL' });
    expect(failed).toHaveLength(1);
    await app.close();
  });
});

it('a subscriber of events$ that throws is reported by RxJS, and takes nothing from others', async () => {
  const { start } = await createAccount();
  const { sessions } = await start({ storage: 'mem://' });
  const fault = new Error('A fault of the application.');
  sessions.events$.subscribe(() => {
    throw fault;
  });
  const seen: string[] = [];
  sessions.events$.subscribe(({ type }) => seen.push(type));
  expect((await sessions.getSession()).generation).toBe(1);
  await settled();
  expect(seen).toEqual(['loggedIn']);
  expect(uncaught).toEqual([fault]);
});

describe('the scheduled keep-alive', () => {
  it.each(['addTimeout', 'doesExist', 'deleteTimeout'] as const)(
    'goes on although the SchedulerRegistry throws in %s()',
    async (method) => {
      const clock = new VirtualClock();
      const { simulator } = await createAccount({ clock });
      const module = await Test.createTestingModule({
        imports: [
          ScheduleModule.forRoot(),
          BetfairSessionModule.forRoot({
            ...simulator.options(),
            keepAlive: { interval: MINUTE },
          }),
        ],
      })
        .setLogger(new RecordingLogger())
        .overrideProvider(SESSION_CLOCK)
        .useValue(clock)
        .compile();
      jest.spyOn(module.get(SchedulerRegistry), method).mockImplementation(() => {
        throw new Error('A fault of the registry.');
      });
      await module.init();
      await clock.settle();
      expect(module.get(SessionService).current).toBeDefined();
      await clock.advance(5 * MINUTE);
      expect(simulator.counts.keepAlives).toBeGreaterThanOrEqual(3);
      await module.close();
      expect(uncaught).toEqual([]);
      expect(clock.timers).toBe(0);
    },
  );
});
